/**
 * The suite of `test/e2e/suite` in a desktop VS Code, where one can be downloaded and shown: `npm run test:desktop`.
 * `npm test` uses VS Code's server instead, which needs neither.
 */
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runTests } from '@vscode/test-electron'
import { buildCompanion } from './companion/build.ts'

const root = join(import.meta.dirname, '..', '..')
const home = await mkdtemp(join(tmpdir(), 'conceptlens-desktop-'))
try {
  const workspace = join(home, 'workspace')
  await cp(join(root, 'media', 'sample'), workspace, { recursive: true })
  const companion = await buildCompanion(join(home, 'companion'))
  await runTests({
    extensionDevelopmentPath: root,
    extensionTestsPath: join(companion, 'companion.cjs'),
    launchArgs: [workspace, '--user-data-dir', join(home, 'data'), '--disable-workspace-trust'],
    extensionTestsEnv: { CONCEPTLENS_E2E_ROOT: root },
  })
} finally {
  await rm(home, { recursive: true, force: true, maxRetries: 5 })
}
