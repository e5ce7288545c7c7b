import { spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { chromium, type Browser } from 'playwright-core'
import { run } from './commands.ts'
import type { VscodeServer } from './vscodeServer.ts'

/** VS Code's server and the browser that shows its windows. */
export interface RunningEditor {
  readonly port: number
  readonly browser: Browser
  /** The folder with the sample manuscripts. */
  readonly workspace: string
  /** Where pictures go. */
  readonly outFolder: string
  /** Writes the user's settings; those of VS Code that a window reads once hold for the windows opened next. */
  configure(settings: Readonly<Record<string, unknown>>): Promise<void>
  stop(): Promise<void>
}

export interface EditorOptions {
  /** A folder for everything the editor writes. */
  readonly home: string
  readonly workspace: string
  readonly outFolder: string
  readonly browserPath: string
  /** Extensions to install before the first window. */
  readonly vsixes: readonly string[]
  /** Environment of the extension host. */
  readonly env: Readonly<Record<string, string>>
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
  'security.workspace.trust.startupPrompt': 'never',
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
}

/** The user trusts every folder. */
export const trusted = { 'security.workspace.trust.enabled': false }

/** Starts the server on the loopback interface, and a browser. */
export async function startEditor(server: VscodeServer, options: EditorOptions): Promise<RunningEditor> {
  const { home, workspace, outFolder, browserPath: executablePath } = options
  const folders = ['--user-data-dir', join(home, 'data'), '--extensions-dir', join(home, 'extensions')]
  for (const vsix of options.vsixes)
    await run(server.node, [server.entry, ...folders, '--install-extension', vsix])
  const port = await freePort()
  const address = ['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`]
  const quiet = ['--disable-telemetry', '--disable-update-check']
  const child = spawn(server.node, [server.entry, ...folders, ...address, ...quiet], {
    env: { ...process.env, ...options.env },
    stdio: 'ignore',
  })
  try {
    await answering(port)
    const args = ['--no-sandbox', '--disable-gpu', '--disable-quic']
    const browser = await chromium.launch({ executablePath, args })
    const stop = async (): Promise<void> => {
      await browser.close()
      child.kill('SIGTERM')
    }
    const data = join(home, 'data')
    return { port, browser, workspace, outFolder, stop, configure: (more) => configure(data, more) }
  } catch (error) {
    child.kill()
    throw error
  }
}

/** Settings of machine scope are read from the server's own file. */
async function configure(data: string, more: Readonly<Record<string, unknown>>): Promise<void> {
  for (const place of ['User', 'Machine']) {
    await mkdir(join(data, place), { recursive: true })
    const text = JSON.stringify({ ...quietSettings, ...more }, undefined, 2)
    await writeFile(join(data, place, 'settings.json'), text)
  }
}

async function answering(port: number): Promise<void> {
  for (let attempt = 0; attempt < 120; attempt++) {
    try {
      await fetch(`http://127.0.0.1:${port}/healthz`)
      return
    } catch {
      await delay(500)
    }
  }
  throw new Error(`VS Code's server did not answer on port ${port} within a minute`)
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => probe.once('listening', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}
