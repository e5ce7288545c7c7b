import { cp, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '..', '..', '..')
const suites = join(root, 'test', 'e2e', 'suite')

/** Bundles the companion extension with the suites of all windows into a folder, and returns the folder. */
export async function buildCompanion(folder: string): Promise<string> {
  await cp(join(import.meta.dirname, 'package.json'), join(folder, 'package.json'))
  await cp(join(root, 'LICENSE'), join(folder, 'LICENSE'))
  const windows = (await readdir(suites)).filter((name) => name.endsWith('.window.ts'))
  await build({
    entryPoints: [join(import.meta.dirname, 'companion.ts'), ...windows.map((name) => join(suites, name))],
    entryNames: '[name]',
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
