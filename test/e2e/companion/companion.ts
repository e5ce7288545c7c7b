/**
 * Runs the suite inside the extension host and writes what came out to a file, where the runner waits for it.
 * Under `@vscode/test-electron` the host calls {@link run} itself; in the server it is an ordinary extension.
 */
import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type MochaClass from 'mocha'

/** What the runner reads. */
export interface SuiteResult {
  readonly passed: readonly string[]
  readonly failed: readonly { readonly title: string; readonly error: string }[]
  readonly pending: readonly string[]
}

export function activate(): void {
  const resultFile = process.env['CONCEPTLENS_E2E_RESULT']
  // Only the first window runs the suite; the later ones are for the pictures.
  if (resultFile === undefined || existsSync(resultFile)) return
  void runSuite()
    .catch((error: unknown) => crashed(error))
    .then((result) => {
      writeFileSync(`${resultFile}.part`, JSON.stringify(result, undefined, 2))
      renameSync(`${resultFile}.part`, resultFile)
    })
}

/** Entry point of `@vscode/test-electron`. */
export async function run(): Promise<void> {
  const { failed } = await runSuite()
  if (failed.length > 0) throw new Error(failed.map(({ title, error }) => `${title}\n${error}`).join('\n\n'))
}

async function runSuite(): Promise<SuiteResult> {
  const root = process.env['CONCEPTLENS_E2E_ROOT'] ?? join(__dirname, '..', '..', '..')
  const Mocha = createRequire(join(root, 'package.json'))('mocha') as typeof MochaClass
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, reporter: 'min' })
  mocha.addFile(join(__dirname, 'suite.cjs'))
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
