import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '..', '..', '..')

/** Bundles the companion extension with the suite into a folder, and returns the folder. */
export async function buildCompanion(folder: string): Promise<string> {
  await cp(join(import.meta.dirname, 'package.json'), join(folder, 'package.json'))
  await cp(join(root, 'LICENSE'), join(folder, 'LICENSE'))
  await build({
    entryPoints: {
      companion: join(import.meta.dirname, 'companion.ts'),
      suite: join(root, 'test/e2e/suite/index.ts'),
    },
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['vscode', 'mocha'],
    logLevel: 'warning',
  })
  return folder
}
