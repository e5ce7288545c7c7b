import { ConceptLensError } from '../core/index.ts'

/** Where the encoder may be asked to run. `auto`: where a trial on this machine found it best, else the processor. */
export const providerNames = ['auto', 'cpu', 'webgpu', 'cuda', 'dml', 'coreml'] as const
/** One of {@link providerNames}. */
export type ProviderName = (typeof providerNames)[number]

/** A provider that is not the processor. */
export type Accelerator = Exclude<ProviderName, 'auto' | 'cpu'>

/**
 * What the packages of onnxruntime-node 1.30 carry for each platform, read from their libraries; `cuda` is not carried, but
 * looked for beside the library, where the package's own installation puts it.
 */
const CARRIED: Readonly<Record<string, readonly Accelerator[]>> = {
  'linux-x64': ['webgpu', 'cuda'],
  'linux-arm64': [],
  'win32-x64': ['webgpu', 'dml'],
  'win32-arm64': ['webgpu', 'dml'],
  'darwin-arm64': ['webgpu', 'coreml'],
}

/** The providers worth a trial on a platform, besides the processor. */
export function acceleratorsOf(platform: string, arch: string): readonly Accelerator[] {
  return CARRIED[`${platform}-${arch}`] ?? []
}

/** Something that opened on a provider, and why not on the one asked for. */
export interface Opened<T> {
  readonly value: T
  /** The provider in use. */
  readonly provider: string
  /** A sentence for people when it is not the one asked for. */
  readonly notice?: string
}

/** Opens on the provider asked for, and on the processor when that fails. */
export async function openWithFallback<T>(
  wanted: ProviderName,
  open: (provider: string) => Promise<T>,
): Promise<Opened<T>> {
  if (wanted !== 'auto' && wanted !== 'cpu') {
    try {
      return { value: await open(wanted), provider: wanted }
    } catch (error) {
      const reason = firstLine(error)
      const notice = `The provider "${wanted}" cannot be used here (${reason}). ConceptLens runs on the processor instead.`
      return { value: await open('cpu'), provider: 'cpu', notice }
    }
  }
  return { value: await open('cpu'), provider: 'cpu' }
}

/** Platforms that a VSIX can be made for, as VS Code names them. */
const PLATFORMS = Object.keys(CARRIED)

/** The error to show when the inference library itself cannot be loaded. */
export function runtimeMissing(platform: string, arch: string, cause: unknown): ConceptLensError {
  const target = `${platform}-${arch}`
  const next = PLATFORMS.includes(target)
    ? `Install the ConceptLens package for ${target} (conceptlens-${target}.vsix), or run "npm ci" again in a clone.`
    : `There is no package for ${target}; there are ${PLATFORMS.join(', ')}.`
  return new ConceptLensError(
    'inference-library-missing',
    `The inference library cannot be loaded on ${target} (${firstLine(cause)}). ${next}`,
    { cause },
  )
}

/** What an error says, without the stacks and the places in its source that ONNX Runtime writes into it. */
export function firstLine(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n', 1)
  return line.replace(/^\S+[.](cc|h):\d+ .* was false[.] /, '')
}
