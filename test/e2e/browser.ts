import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { run } from './commands.ts'
import { aptInstall } from './vscodeServer.ts'

const installed = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** Path of a Chromium: the one named by `CONCEPTLENS_BROWSER`, an installed one, else Debian's, else Playwright's own. */
export async function findBrowser(log: (message: string) => void): Promise<string> {
  const named = process.env['CONCEPTLENS_BROWSER']
  if (named !== undefined) return named
  const present = [...installed, chromium.executablePath()].find((path) => existsSync(path))
  if (present !== undefined) return present
  log('installing a browser, once')
  const failures: string[] = []
  for (const install of [
    () => aptInstall(['chromium']),
    () => run('npx', ['playwright-core', 'install', 'chromium']),
  ]) {
    await install().catch((error: unknown) => failures.push(String(error)))
    const found = [...installed, chromium.executablePath()].find((path) => existsSync(path))
    if (found !== undefined) return found
  }
  throw new Error(
    `The suite in VS Code needs a Chromium and found none. Install one (Debian: sudo apt-get install -y chromium), ` +
      `or set CONCEPTLENS_BROWSER to its path.\n${failures.join('\n')}`,
  )
}
