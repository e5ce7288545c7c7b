import type { ModelManifest } from '../modelManifest.ts'
import { ENCODER_FILE, HALF_PRECISION_FILE } from '../modelManifest.ts'
import { acceleratorsOf, type Accelerator } from '../providers.ts'
import type { Machine, Tried, Way } from './trial.ts'

/** Each process takes about 250 MB. */
const MOST_PROCESSES = 4
const MOST_THREADS = 4

/** The ways worth a trial, the simplest first: each of them must earn what it takes more than those before it. */
export function waysToTry({ nCores, platform, runtime }: Machine, manifest: ModelManifest): readonly Way[] {
  const plain = { precision: manifest.precision, graph: ENCODER_FILE }
  const onProcessor = workforces(nCores).map((workforce) => ({
    provider: 'cpu' as const,
    ...plain,
    ...workforce,
  }))
  const [system = '', arch = ''] = platform.split('-')
  const graphs = hasHalfPrecision(manifest)
    ? [{ precision: 'fp16' as const, graph: HALF_PRECISION_FILE }, plain]
    : [plain]
  const onAccelerators = acceleratorsOf(system, arch)
    .filter((provider) => provider !== 'cuda' || runtime.includes('CUDA'))
    .flatMap((provider) => graphs.map((graph) => ({ provider, ...graph, processes: 1, threads: 1 })))
  return [...onProcessor, ...onAccelerators]
}

/** Numbers of processes and threads that fill up to all cores. */
function workforces(nCores: number): { processes: number; threads: number }[] {
  const sizes = [1, 2, 4]
  return sizes
    .filter((processes) => processes <= MOST_PROCESSES)
    .flatMap((processes) => sizes.map((threads) => ({ processes, threads })))
    .filter(({ processes, threads }) => threads <= MOST_THREADS && processes * threads <= nCores)
    .toSorted((a, b) => a.processes * a.threads - b.processes * b.threads || a.processes - b.processes)
}

/** What this package or machine lacks for a provider, each with what would be needed. */
export function leftOut({ platform, runtime }: Machine, manifest: ModelManifest): readonly Tried[] {
  const [system = '', arch = ''] = platform.split('-')
  const own = acceleratorsOf(system, arch)
  const reasons: readonly (readonly [Accelerator, string])[] = [
    ['webgpu', `The package for ${platform} has no WebGPU.`],
    [
      'cuda',
      own.includes('cuda')
        ? 'CUDA’s part of ONNX Runtime is not installed; the manual says how.'
        : `There is no CUDA for ${platform} in onnxruntime-node.`,
    ],
    ['dml', 'DirectML is Windows’ own.'],
    ['coreml', 'Core ML is the Mac’s own.'],
  ]
  return reasons
    .filter(([provider]) => !own.includes(provider) || (provider === 'cuda' && !runtime.includes('CUDA')))
    .map(([provider, reason]) => ({
      way: { provider, precision: manifest.precision, graph: ENCODER_FILE, processes: 1, threads: 1 },
      outcome: 'left-out',
      reason,
    }))
}

/** What would let a graphics card do more, as sentences for people. */
export function hintsFor(
  manifest: ModelManifest,
  { platform }: Machine,
  tried: readonly Tried[],
): readonly string[] {
  const hasNoAdapter = tried.some(({ way, outcome }) => way.provider === 'webgpu' && outcome === 'failed')
  const vulkan =
    'WebGPU on Linux needs Vulkan: its loader (Debian: libvulkan1) and the driver of the graphics card (mesa-vulkan-drivers, or NVIDIA’s own).'
  return [
    ...(platform.startsWith('linux') && hasNoAdapter ? [vulkan] : []),
    ...(manifest.precision === 'int8' && !hasHalfPrecision(manifest) ? [INT8_ON_CARDS] : []),
  ]
}

const INT8_ON_CARDS = `This model multiplies in int8 (MatMulIntegerToFloat), for which WebGPU has no kernel: those products stay on the processor, with copies in between. A graphics card would need ${HALF_PRECISION_FILE} beside ${ENCODER_FILE}; this model does not bring it.`

function hasHalfPrecision({ sha256 }: ModelManifest): boolean {
  return sha256[HALF_PRECISION_FILE] !== undefined
}
