import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { availableParallelism, cpus } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { Machine } from './trial.ts'

/** Folders where Vulkan's loader finds its drivers. */
const VULKAN_DRIVERS = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d']
/** Display adapters in Windows' registry. */
const ADAPTERS = String.raw`HKLM\SYSTEM\CurrentControlSet\Control\Class\{4d36e968-e325-11ce-bfc1-08002be10318}`
const VENDORS: Readonly<Record<string, string>> = { '0x10de': 'NVIDIA', '0x1002': 'AMD', '0x8086': 'Intel' }

/** This machine. Takes some milliseconds: it only reads what the system has written down. */
export async function thisMachine(engineScript: string): Promise<Machine> {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    nCores: availableParallelism(),
    platform: `${process.platform}-${process.arch}`,
    graphics: await graphicsOf(process.platform),
    runtime: runtimeBeside(engineScript),
  }
}

/** A Mac's graphics come with its processor. */
async function graphicsOf(platform: string): Promise<string[]> {
  if (platform === 'linux') return [...(await linuxCards()), ...(await vulkanDrivers(process.env))]
  if (platform === 'win32') return windowsAdapters(await registry())
  return []
}

async function linuxCards(): Promise<string[]> {
  const folder = '/sys/class/drm'
  const cards = (await namesIn(folder)).filter((name) => /^card\d+$/.test(name))
  const read = (card: string, fact: string) =>
    readFile(join(folder, card, 'device', fact), 'utf8').then(
      (text) => text.trim(),
      () => '',
    )
  const ids = await Promise.all(
    cards.map(async (card) => ({ vendor: await read(card, 'vendor'), device: await read(card, 'device') })),
  )
  return ids
    .filter(({ vendor }) => vendor !== '')
    .map(({ vendor, device }) => `${VENDORS[vendor] ?? vendor} ${device}`)
}

/** A driver that is installed later is worth another trial. */
async function vulkanDrivers({ VK_ICD_FILENAMES, VK_DRIVER_FILES }: NodeJS.ProcessEnv): Promise<string[]> {
  const named = VK_DRIVER_FILES ?? VK_ICD_FILENAMES
  if (named !== undefined) return [`Vulkan ${named}`]
  const found = (await Promise.all(VULKAN_DRIVERS.map(namesIn))).flat()
  return found.map((name) => `Vulkan ${name.replace(/[._]?icd|[.]json$|[.]x86_64|[.]aarch64/g, '')}`).sort()
}

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => [])

async function registry(): Promise<string> {
  const { stdout } = await promisify(execFile)('reg', ['query', ADAPTERS, '/s', '/v', 'DriverDesc']).catch(
    () => ({ stdout: '' }),
  )
  return stdout
}

/** The names in what `reg query … /v DriverDesc` prints. */
export function windowsAdapters(printed: string): string[] {
  const names = [...printed.matchAll(/^\s*DriverDesc\s+REG_SZ\s+(.+?)\s*$/gm)].map(([, name]) => name ?? '')
  return [...new Set(names)].sort()
}

/** ONNX Runtime as the engine's process will find it, and whether CUDA's part of it stands there too. */
function runtimeBeside(engineScript: string): string {
  try {
    const from = createRequire(resolve(engineScript))
    const path = from.resolve('onnxruntime-node/package.json')
    const { version } = from(path) as { version: string }
    const binaries = join(dirname(path), 'bin', 'napi-v6', process.platform, process.arch)
    const hasCuda = existsSync(join(binaries, 'libonnxruntime_providers_cuda.so'))
    return `ONNX Runtime ${version}${hasCuda ? ' with CUDA' : ''}`
  } catch {
    return 'ONNX Runtime is missing'
  }
}
