/**
 * Imports in a process of its own, for test/program/resume.test.ts, which kills it.
 * `importer.ts OPTIONS`: JSON with `sources`, `out`, and `killAt`: at which report of progress the process is killed as
 * the system would (no handler runs, nothing is tidied up). Writes how many reports there were when it came to the end.
 */
import { importKnowledgeBase } from '../../src/knowledge/index.ts'

const { killAt, ...options } = JSON.parse(process.argv[2]!) as {
  sources: readonly string[]
  out: string
  killAt: number
}
let nReports = 0
const report = (): void => {
  nReports += 1
  if (nReports === killAt) process.kill(process.pid, 'SIGKILL')
}
void importKnowledgeBase({ ...options, progress: { report } }).then(() =>
  process.stdout.write(String(nReports)),
)
