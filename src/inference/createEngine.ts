import type { Logger } from '../core/index.ts'
import { automaticProcesses, automaticThreads } from './cores.ts'
import type { EngineUse } from './cores.ts'
import type { Engine, EngineInfo } from './engine.ts'
import { poolEngine } from './enginePool.ts'
import type { EngineProcess } from './engineProcess.ts'
import { createEngineProcess } from './engineProcess.ts'
import type { FeatureRanker } from './featureRanker.ts'
import { readFeatureRanker } from './featureRanker.ts'
import type { ModelManifest } from './modelManifest.ts'
import { fingerprintOf, readManifest, verifyModel } from './modelManifest.ts'
import type { ProviderName } from './providers.ts'

/** What {@link createEngine} needs. */
export interface EngineOptions {
  /** Folder with `manifest.json`, `encoder.onnx` and `vocab.txt`. */
  readonly modelDir: string
  /** The bundle of `src/inference/engine/main.ts`: `dist/engine.cjs`. */
  readonly engineScript: string
  /** Engine processes of `threads` threads each; each takes about 250 MB. 0, the default: as many as suit the use. */
  readonly processes?: number
  /** Default `editing`. */
  readonly use?: EngineUse
  /** Threads inside a process; a single passage is done sooner by more. Default: see `automaticThreads`. */
  readonly threads?: number
  /** Default `auto`. */
  readonly provider?: ProviderName
  readonly logger: Logger
  /** What each process may keep of texts read lately, in bytes. Default 48 MiB, about 12 passages of 200 tokens. */
  readonly cacheBytes?: number
}

const DEFAULT_CACHE_BYTES = 48 * 2 ** 20

/**
 * Checks a model and starts the processes that run it.
 * @throws ConceptLensError when the model is missing or damaged, or cannot be run here.
 */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const manifest = await readManifest(options.modelDir)
  const processes = startProcesses(options, manifest)
  try {
    await verifyModel(options.modelDir, manifest)
    const featureRanker = await readFeatureRanker(options.modelDir, manifest)
    const loaded = await Promise.all(processes.map((process) => process.load()))
    const notice = loaded[0]?.notice
    if (notice !== undefined) options.logger.warn(notice)
    const info = infoOf(manifest, loaded[0]?.provider ?? 'cpu', featureRanker)
    return poolEngine(processes, info)
  } catch (error) {
    await Promise.all(processes.map((process) => process.dispose()))
    throw error
  }
}

/** The processes start while the files are checked; they read the model only when told to load. */
function startProcesses(options: EngineOptions, manifest: ModelManifest): EngineProcess[] {
  const { modelDir, engineScript, provider = 'auto', logger } = options
  const cacheBytes = options.cacheBytes ?? DEFAULT_CACHE_BYTES
  const wanted = Math.floor(options.processes ?? 0)
  const count = wanted > 0 ? wanted : automaticProcesses(options.use ?? 'editing')
  const threads = options.threads ?? automaticThreads(count)
  const load = { engine: 'two-stream' as const, modelDir, manifest, provider, threads, cacheBytes }
  return Array.from({ length: count }, () => createEngineProcess({ engineScript, load, logger }))
}

function infoOf(
  manifest: ModelManifest,
  provider: string,
  featureRanker: FeatureRanker | undefined,
): EngineInfo {
  const { name, version, heads, features, typeLabels, temperature, tagThreshold, noneBias } = manifest
  return {
    model: name,
    version,
    fingerprint: fingerprintOf(manifest),
    provider,
    precision: manifest.precision,
    heads: heads.map((head) => ({ name: head.name, labels: head.labels })),
    features,
    ...(featureRanker ? { featureRanker } : {}),
    typeLabels,
    temperature,
    tagThreshold,
    noneBias,
  }
}
