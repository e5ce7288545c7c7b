/**
 * The suite in a real VS Code: packs the extension, installs the VSIX as a user would, opens windows in a browser, runs
 * mocha inside their extension hosts, then drives the editor with the mouse and takes pictures.
 * `npm run test:e2e`; pictures land in `out/e2e/`. Names of suites or `pictures` as arguments run only those.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createVSIX } from '@vscode/vsce'
import { findBrowser } from './browser.ts'
import { run } from './commands.ts'
import { buildCompanion } from './companion/build.ts'
import { mergeResults, type SuiteResult } from './companion/companion.ts'
import { startEditor } from './editor.ts'
import { takePictures } from './pictures.ts'
import { prepareVscodeServer } from './vscodeServer.ts'
import { prepareSample, runWindow, windows } from './windows.ts'

const root = join(import.meta.dirname, '..', '..')
const outFolder = join(root, 'out', 'e2e')
const log = (message: string) => process.stdout.write(`${message}\n`)

async function main(wanted: readonly string[]): Promise<void> {
  const server = await prepareVscodeServer(log)
  const browserPath = await findBrowser(log)
  await rm(outFolder, { recursive: true, force: true })
  await mkdir(outFolder, { recursive: true })
  const home = await mkdtemp(join(tmpdir(), 'conceptlens-e2e-'))
  const isWanted = (name: string) => wanted.length === 0 || wanted.includes(name)
  try {
    const extension = await packExtension(home)
    const companion = await packCompanion(home)
    // The suite `install` installs the extension as a person does; without it, the command line does.
    const vsixes = isWanted('install') ? [companion] : [extension, companion]
    const env = { CONCEPTLENS_E2E_HOME: home, CONCEPTLENS_E2E_ROOT: root, CONCEPTLENS_E2E_VSIX: extension }
    const workspace = await prepareSample(home)
    const editor = await startEditor(server, { home, workspace, outFolder, browserPath, vsixes, env })
    try {
      const results: SuiteResult[] = []
      for (const window of windows.filter(({ suites }) => suites.some(isWanted))) {
        log(`running ${window.suites.join(', ')}`)
        results.push(tell(await runWindow(editor, window, home)))
      }
      if (isWanted('pictures')) results.push(tell(await takePictures(editor)))
      summarize(mergeResults(results))
    } finally {
      await editor.stop()
    }
  } finally {
    await rm(home, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function packExtension(home: string): Promise<string> {
  const given = process.env['CONCEPTLENS_VSIX']
  if (given !== undefined) return given
  log('packing the extension')
  const extension = join(home, 'conceptlens.vsix')
  await run('npx', ['tsx', 'src/packaging/package.ts', '--out', extension], { cwd: root })
  return extension
}

async function packCompanion(home: string): Promise<string> {
  const cwd = await buildCompanion(join(home, 'companion'))
  const packagePath = join(home, 'companion.vsix')
  await createVSIX({ cwd, packagePath, dependencies: false, allowMissingRepository: true })
  return packagePath
}

function tell(result: SuiteResult): SuiteResult {
  const { passed, failed, pending } = result
  for (const title of passed) log(`  ✔ ${title}`)
  for (const { title, error } of failed) log(`  ✘ ${title}\n${error.replace(/^/gm, '      ')}`)
  for (const title of pending) log(`  - ${title} (not run)`)
  return result
}

function summarize({ passed, failed, pending }: SuiteResult): void {
  log(`${passed.length} passed, ${failed.length + pending.length} failed`)
  if (failed.length + pending.length > 0 || passed.length === 0) process.exitCode = 1
}

await main(process.argv.slice(2))
