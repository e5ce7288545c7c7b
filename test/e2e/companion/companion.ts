/**
 * Runs a suite inside the extension host. Under `@vscode/test-electron` the host calls {@link run}; in VS Code's server
 * it is an ordinary extension that runs the suite the runner asks for in a file, and writes what came out to another.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type MochaClass from 'mocha'

/** What the runner reads. */
export interface SuiteResult {
  readonly passed: readonly string[]
  readonly failed: readonly { readonly title: string; readonly error: string }[]
  readonly pending: readonly string[]
}

/** All results in one. */
export function mergeResults(results: readonly SuiteResult[]): SuiteResult {
  return {
    passed: results.flatMap(({ passed }) => passed),
    failed: results.flatMap(({ failed }) => failed),
    pending: results.flatMap(({ pending }) => pending),
  }
}

/** Below the folder that runner and companion share: names the suite of the window opened next, `{"suite": NAME}`. */
export const REQUEST_FILE = 'request.json'

/** Below the same folder: what came out of a suite. */
export const resultFile = (suite: string): string => `result-${suite}.json`

export function activate(): void {
  const home = process.env['CONCEPTLENS_E2E_HOME']
  const suite = home === undefined ? undefined : requestedSuite(home)
  if (home === undefined || suite === undefined) return
  const file = join(home, resultFile(suite))
  void runSuite(suite)
    .catch((error: unknown) => crashed(error))
    .then((result) => {
      writeFileSync(`${file}.part`, JSON.stringify(result, undefined, 2))
      renameSync(`${file}.part`, file)
    })
}

/** Entry point of `@vscode/test-electron`. */
export async function run(): Promise<void> {
  const { failed } = await runSuite(process.env['CONCEPTLENS_E2E_SUITE'] ?? 'workspace')
  if (failed.length > 0) throw new Error(failed.map(({ title, error }) => `${title}\n${error}`).join('\n\n'))
}

/** Takes the request, so that no other window runs it; windows without one are for the pictures. */
function requestedSuite(home: string): string | undefined {
  const request = join(home, REQUEST_FILE)
  try {
    renameSync(request, `${request}.taken`)
  } catch {
    return undefined
  }
  return (JSON.parse(readFileSync(`${request}.taken`, 'utf8')) as { suite: string }).suite
}

async function runSuite(suite: string): Promise<SuiteResult> {
  const root = process.env['CONCEPTLENS_E2E_ROOT'] ?? join(__dirname, '..', '..', '..')
  const Mocha = createRequire(join(root, 'package.json'))('mocha') as typeof MochaClass
  const mocha = new Mocha({ ui: 'bdd', timeout: 120_000, reporter: 'min' })
  mocha.addFile(join(__dirname, `${suite}.window.cjs`))
  const passed: string[] = []
  const failed: { title: string; error: string }[] = []
  const pending: string[] = []
  await new Promise<void>((resolve) => {
    mocha
      .run(() => resolve())
      .on('pass', (test) => passed.push(test.fullTitle()))
      .on('pending', (test) => pending.push(test.fullTitle()))
      .on('fail', (test, error: unknown) => failed.push({ title: test.fullTitle(), error: describe(error) }))
  })
  return { passed, failed, pending }
}

function crashed(error: unknown): SuiteResult {
  return { passed: [], failed: [{ title: 'the suite itself', error: describe(error) }], pending: [] }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
