/**
 * The suite in a real VS Code: packs the extension, installs the VSIX as a user would, opens a workspace in a browser,
 * runs the mocha suite inside the extension host, then drives the editor with the mouse and takes pictures.
 * `npm run test:e2e`; pictures land in `out/e2e/`.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createVSIX } from '@vscode/vsce'
import { chromium, type Browser } from 'playwright-core'
import { findBrowser } from './browser.ts'
import { run } from './commands.ts'
import { buildCompanion } from './companion/build.ts'
import type { SuiteResult } from './companion/companion.ts'
import { takePictures } from './pictures.ts'
import { prepareVscodeServer, type VscodeServer } from './vscodeServer.ts'

const root = join(import.meta.dirname, '..', '..')
const outFolder = join(root, 'out', 'e2e')
const log = (message: string) => process.stdout.write(`${message}\n`)

/** Everything a test needs to know of the running editor. */
export interface RunningEditor {
  readonly port: number
  readonly browser: Browser
  readonly workspace: string
  readonly settingsFile: string
  readonly outFolder: string
}

async function main(): Promise<void> {
  const server = await prepareVscodeServer(log)
  const executablePath = await findBrowser(log)
  await rm(outFolder, { recursive: true, force: true })
  await mkdir(outFolder, { recursive: true })
  const home = await mkdtemp(join(tmpdir(), 'conceptlens-e2e-'))
  const vsixes = await packExtensions(home)
  const resultFile = join(home, 'result.json')
  const port = await freePort()
  const settings = {
    settingsFile: join(home, 'data', 'User', 'settings.json'),
    workspace: join(home, 'workspace'),
  }
  await prepareWorkspace(settings.workspace, settings.settingsFile)
  const editorProcess = await startEditor(server, { home, port, vsixes, resultFile })
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic'],
  })
  try {
    const editor: RunningEditor = { port, browser, outFolder, ...settings }
    const result = await runSuite(editor, resultFile)
    const pictures = await takePictures(editor)
    report(result, pictures)
  } finally {
    await browser.close()
    editorProcess.kill('SIGTERM')
    await rm(home, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function packExtensions(home: string): Promise<string[]> {
  const extension = process.env['CONCEPTLENS_VSIX'] ?? join(home, 'conceptlens.vsix')
  if (process.env['CONCEPTLENS_VSIX'] === undefined) {
    log('packing the extension')
    await run('npx', ['tsx', 'src/packaging/package.ts', '--out', extension], { cwd: root })
  }
  const companionFolder = await buildCompanion(join(home, 'companion'))
  const companion = join(home, 'companion.vsix')
  await createVSIX({
    cwd: companionFolder,
    packagePath: companion,
    dependencies: false,
    allowMissingRepository: true,
  })
  return [extension, companion]
}

async function prepareWorkspace(workspace: string, settingsFile: string): Promise<void> {
  await cp(join(root, 'media', 'sample'), workspace, { recursive: true })
  await mkdir(join(settingsFile, '..'), { recursive: true })
  await writeFile(settingsFile, JSON.stringify(quietSettings, undefined, 2))
}

/** Settings that keep VS Code's own features out of the way. */
const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'files.hotExit': 'off',
  'window.autoDetectColorScheme': true,
  'editor.minimap.enabled': false,
  'conceptLens.inlayHints.label': 'id',
}

interface EditorOptions {
  readonly home: string
  readonly port: number
  readonly vsixes: readonly string[]
  readonly resultFile: string
}

async function startEditor(server: VscodeServer, options: EditorOptions): Promise<ChildProcess> {
  const { home, port, vsixes, resultFile } = options
  const folders = ['--user-data-dir', join(home, 'data'), '--extensions-dir', join(home, 'extensions')]
  for (const vsix of vsixes) await run(server.node, [server.entry, ...folders, '--install-extension', vsix])
  const child = spawn(
    server.node,
    [
      server.entry,
      ...folders,
      '--auth',
      'none',
      '--bind-addr',
      `127.0.0.1:${port}`,
      '--disable-telemetry',
      '--disable-update-check',
      '--disable-workspace-trust',
    ],
    {
      env: {
        ...process.env,
        CONCEPTLENS_E2E_RESULT: resultFile,
        CONCEPTLENS_E2E_ROOT: root,
        CONCEPTLENS_E2E_WORKSPACE: join(home, 'workspace'),
      },
      stdio: ['ignore', 'ignore', 'ignore'],
    },
  )
  for (let attempt = 0; attempt < 120; attempt++) {
    const answered = await fetch(`http://127.0.0.1:${port}/healthz`).then(
      () => true,
      () => false,
    )
    if (answered) return child
    await delay(500)
  }
  child.kill()
  throw new Error(`VS Code's server did not answer on port ${port} within a minute`)
}

async function runSuite(editor: RunningEditor, resultFile: string): Promise<SuiteResult> {
  log('running the suite inside the extension host')
  const page = await editor.browser.newPage({ viewport: { width: 1280, height: 800 } })
  await page.goto(`http://127.0.0.1:${editor.port}/?folder=${encodeURIComponent(editor.workspace)}`)
  const deadlineMs = Date.now() + 600_000
  while (Date.now() < deadlineMs) {
    const text = await readFile(resultFile, 'utf8').catch(() => undefined)
    if (text !== undefined) {
      await page.close()
      return JSON.parse(text) as SuiteResult
    }
    await delay(500)
  }
  await page.screenshot({ path: join(editor.outFolder, 'stuck.png') })
  throw new Error(`The suite gave no result within ten minutes; see ${join(editor.outFolder, 'stuck.png')}`)
}

function report(suite: SuiteResult, pictures: SuiteResult): void {
  const passed = [...suite.passed, ...pictures.passed]
  const failed = [...suite.failed, ...pictures.failed]
  for (const title of passed) log(`  ✔ ${title}`)
  for (const { title, error } of failed) log(`  ✘ ${title}\n${error.replace(/^/gm, '      ')}`)
  const pending = [...suite.pending, ...pictures.pending]
  for (const title of pending) log(`  - ${title} (not run)`)
  log(`${passed.length} passed, ${failed.length + pending.length} failed`)
  if (failed.length + pending.length > 0 || passed.length === 0) process.exitCode = 1
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => probe.once('listening', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}

await main()
