/**
 * Makes the VSIX of one platform: `npm run package [-- --target win32-x64]`.
 * The engine's native library is staged into `dist/node_modules`, so that the VSIX carries one platform's binaries
 * (about 45 MB) and not all of them (about 280 MB).
 */
import { cp, mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createVSIX } from '@vscode/vsce'

const root = join(import.meta.dirname, '..', '..')
const { values } = parseArgs({
  options: { target: { type: 'string' }, out: { type: 'string' } },
})
const target = values.target ?? `${process.platform}-${process.arch}`
const packagePath = values.out ?? join(root, `conceptlens-${target}.vsix`)

await stageRuntime(target)
await createVSIX({
  cwd: root,
  target,
  packagePath,
  dependencies: false,
  useYarn: false,
  baseContentUrl: 'https://example.invalid',
  skipLicense: false,
})
process.stdout.write(`${packagePath}: ${((await stat(packagePath)).size / 1e6).toFixed(1)} MB\n`)

async function stageRuntime(platformAndArchitecture: string): Promise<void> {
  const [platform = '', architecture = ''] = platformAndArchitecture.split('-')
  const from = join(root, 'node_modules', 'onnxruntime-node')
  const binaries = join('bin', 'napi-v6', platform, architecture)
  const supported = await readdir(join(from, 'bin', 'napi-v6', platform)).catch(() => [])
  if (!(supported as string[]).includes(architecture)) {
    throw new Error(
      `onnxruntime-node has no binaries for ${platformAndArchitecture}. Allowed: ${(await targets(from)).join(', ')}`,
    )
  }
  const staged = join(root, 'dist', 'node_modules')
  await rm(staged, { recursive: true, force: true })
  const to = join(staged, 'onnxruntime-node')
  await mkdir(to, { recursive: true })
  for (const part of ['package.json', 'README.md', 'dist', binaries])
    await copyWithoutMaps(join(from, part), join(to, part))
  const common = join(root, 'node_modules', 'onnxruntime-common')
  for (const part of ['package.json', 'README.md', 'dist/cjs']) {
    await copyWithoutMaps(join(common, part), join(staged, 'onnxruntime-common', part))
  }
}

async function targets(onnxruntime: string): Promise<string[]> {
  const bin = join(onnxruntime, 'bin', 'napi-v6')
  const all = []
  for (const platform of await readdir(bin)) {
    for (const architecture of await readdir(join(bin, platform))) all.push(`${platform}-${architecture}`)
  }
  return all
}

function copyWithoutMaps(from: string, to: string): Promise<void> {
  return cp(from, to, { recursive: true, filter: (path) => !/\.(map|d\.ts)$/.test(path) })
}
