/**
 * The suites of `test/e2e/suite` in a desktop VS Code: `npm run test:desktop`. The one that `CONCEPTLENS_DESKTOP_VSCODE`
 * names, else one that is downloaded once. `npm test` uses VS Code's server instead, which needs neither download nor
 * screen. A window is started again where the server's is reloaded.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { downloadAndUnzipVSCode, runTests } from '@vscode/test-electron'
import { buildCompanion } from './companion/build.ts'
import { windows } from './windows.ts'

/** These need the server: a packed extension to install, and workspace trust, which `runTests` switches off. */
const onlyInServer = ['install', 'restricted']
const root = join(import.meta.dirname, '..', '..')

async function main(): Promise<void> {
  needScreen()
  const vscodeExecutablePath = process.env['CONCEPTLENS_DESKTOP_VSCODE'] ?? (await download())
  const home = await mkdtemp(join(tmpdir(), 'conceptlens-desktop-'))
  try {
    const companion = await buildCompanion(join(home, 'companion'))
    const user = join(home, 'data', 'User')
    for (const { suites, settings, around, prepare } of windows) {
      if (suites.some((suite) => onlyInServer.includes(suite))) continue
      const surroundings = await around?.()
      try {
        const path = await prepare(home)
        await mkdir(user, { recursive: true })
        await writeFile(
          join(user, 'settings.json'),
          JSON.stringify({ ...settings, ...surroundings?.settings }),
        )
        for (const suite of suites)
          await runTests({
            vscodeExecutablePath,
            extensionDevelopmentPath: root,
            extensionTestsPath: join(companion, 'companion.cjs'),
            launchArgs: [path, '--user-data-dir', join(home, 'data')],
            extensionTestsEnv: { CONCEPTLENS_E2E_ROOT: root, CONCEPTLENS_E2E_SUITE: suite },
          })
      } finally {
        await surroundings?.stop()
      }
    }
  } finally {
    await rm(home, { recursive: true, force: true, maxRetries: 5 })
  }
}

function needScreen(): void {
  const hasScreen = process.env['DISPLAY'] !== undefined || process.env['WAYLAND_DISPLAY'] !== undefined
  if (process.platform !== 'linux' || hasScreen) return
  throw new Error(
    'A desktop VS Code needs a screen, and DISPLAY is not set. Give it a virtual one: ' +
      'sudo apt-get install -y xvfb && xvfb-run -a npm run test:desktop. “npm run test:e2e” needs none.',
  )
}

async function download(): Promise<string> {
  try {
    return await downloadAndUnzipVSCode({ extensionDevelopmentPath: root })
  } catch (error) {
    throw new Error(
      `A desktop VS Code could not be downloaded from update.code.visualstudio.com (${String(error)}). ` +
        'Allow that host, or install VS Code and set CONCEPTLENS_DESKTOP_VSCODE to its program ' +
        '(Debian: /usr/share/code/code). “npm run test:e2e” needs neither.',
      { cause: error },
    )
  }
}

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
