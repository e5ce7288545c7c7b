import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runTask, TaskError } from '../../src/client/knowledgeBases/runTask.ts'
import type { ImportSummary, TaskProgress } from '../../src/protocol/index.ts'

const script = join(import.meta.dirname, '..', '..', 'dist', 'cli.cjs')

/** The command line as the editor runs it: in a process of its own, heard over a channel. */
describe('the command line as a task', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'conceptlens-task-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  function table(name: string, nConcepts: number): string {
    const rows = Array.from({ length: nConcepts }, (_, i) => `LAB:${i},disease number ${i},T047`)
    const path = join(folder, name)
    writeFileSync(path, `id,name,type\nno id,\n${rows.join('\n')}\n`)
    return path
  }

  it('imports, tells of its progress, and answers with a summary', async () => {
    const heard: TaskProgress[] = []
    const out = join(folder, 'kb')
    const args = ['kb', 'import', table('lab.csv', 500), '--out', out, '--name', 'Lab']
    const done = await runTask({ script, args, onProgress: (progress) => heard.push(progress) })
    const summary = done?.result as ImportSummary
    assert.deepEqual(
      [summary.name, summary.out, summary.nConcepts, summary.nNames, summary.nProblems, summary.built],
      ['Lab', out, 500, 500, 1, true],
    )
    assert.match(summary.problems[0] ?? '', /lab\.csv:2: /)
    assert.ok(heard.length > 0)
    assert.deepEqual([...new Set(heard.map(({ label, unit }) => `${label} ${unit}`))], ['imported share'])

    const info = await runTask({ script, args: ['kb', 'info', out, '--groups', '--json'] })
    assert.deepEqual(info?.result, [{ group: 'DISO', label: 'Disorders', nConcepts: 500 }])
  })

  it('says why it failed, and leaves nothing', async () => {
    const args = ['kb', 'import', join(folder, 'missing.csv'), '--out', join(folder, 'kb')]
    await assert.rejects(runTask({ script, args }), (error: unknown) => {
      assert.ok(error instanceof TaskError)
      assert.match(error.message, /missing\.csv does not exist/)
      return true
    })
    assert.deepEqual(readdirSync(folder), [])
  })

  it('can be cancelled; no half-made knowledge base is there afterwards, and the next import works', async () => {
    const out = join(folder, 'kb')
    const args = ['kb', 'import', table('large.csv', 200_000), '--out', out]
    const controller = new AbortController()
    const cancelled = await runTask({
      script,
      args,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    })
    assert.equal(cancelled, undefined)
    assert.equal(existsSync(out), false)
    const done = await runTask({ script, args: ['kb', 'import', table('lab.csv', 3), '--out', out] })
    assert.equal((done?.result as ImportSummary).nConcepts, 3)
    assert.deepEqual(readdirSync(folder).sort(), ['kb', 'lab.csv', 'large.csv'])
  })
})
