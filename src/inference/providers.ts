import { ConceptLensError } from '../core/index.ts'

/** Where the encoder may be asked to run. `auto` is the processor in this version: exact and everywhere. */
export const providerNames = ['auto', 'cpu', 'webgpu', 'cuda', 'dml', 'coreml'] as const
/** One of {@link providerNames}. */
export type ProviderName = (typeof providerNames)[number]

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
const PLATFORMS = ['linux-x64', 'linux-arm64', 'win32-x64', 'win32-arm64', 'darwin-arm64']

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

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? ''
}
