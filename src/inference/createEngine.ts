import type { Logger } from '../core/index.ts'
import { readContexts } from './contexts.ts'
import { automaticProcesses, automaticThreads, layoutOf } from './cores.ts'
import type { EngineUse } from './cores.ts'
import type { Engine, EngineInfo } from './engine.ts'
import { poolEngine } from './enginePool.ts'
import { createEngineProcess } from './engineProcess.ts'
import { readFeatureRanker } from './featureRanker.ts'
import type { ModelManifest } from './modelManifest.ts'
import { ENCODER_FILE, fingerprintOf, readManifest, verifyModel } from './modelManifest.ts'
import type { ProviderName } from './providers.ts'
import { thisMachine } from './trial/machine.ts'
import { recallTrial } from './trial/memory.ts'
import type { Way } from './trial/trial.ts'

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
  /** Threads inside a process; a single passage is done sooner by more. Default: what a trial found, else `automaticThreads`. */
  readonly threads?: number
  /** Default `auto`: what a trial found, else the processor. */
  readonly provider?: ProviderName
  /** Where trials of this machine are kept, see `trial/`; without it none is known. */
  readonly trialFolder?: string
  readonly logger: Logger
  /** An accelerator that works on one request for so long, in milliseconds, is taken for lost. Default 60,000. */
  readonly hangMs?: number
  /** What each process may keep of texts read lately, in bytes. Default 48 MiB, about 12 passages of 200 tokens. */
  readonly cacheBytes?: number
}

const DEFAULT_CACHE_BYTES = 48 * 2 ** 20

/**
 * Checks a model and starts the processes that run it.
 * @throws ConceptLensError when the model is missing or damaged, or cannot be run here.
 */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const {
    modelDir,
    engineScript,
    logger,
    hangMs,
    use = 'editing',
    cacheBytes = DEFAULT_CACHE_BYTES,
  } = options
  const manifest = await readManifest(modelDir)
  const way = await wayOf(options, manifest)
  const layout = layoutOf(use, way)
  const { provider, graph } = way
  const load = {
    engine: 'two-stream' as const,
    ...{ modelDir, manifest, graph, provider, cacheBytes },
    threads: layout.background.threads,
    alsoThreads: layout.threads,
  }
  // The processes start while the files are checked; they read the model only when told to load.
  const processes = Array.from({ length: layout.processes }, () =>
    createEngineProcess({ engineScript, load, logger, ...(hangMs === undefined ? {} : { hangMs }) }),
  )
  try {
    await verifyModel(modelDir, manifest)
    const featureRanker = await readFeatureRanker(modelDir, manifest)
    const contexts = await readContexts(modelDir, manifest)
    const loaded = await Promise.all(processes.map((process) => process.load()))
    const notice = loaded[0]?.notice
    if (notice !== undefined) logger.warn(notice)
    const info = infoOf(manifest, loaded[0]?.provider ?? 'cpu', {
      ...(featureRanker && { featureRanker }),
      ...(contexts && { contexts }),
    })
    return poolEngine(processes, info, layout)
  } catch (error) {
    await Promise.all(processes.map((process) => process.dispose()))
    throw error
  }
}

/** How to run: what a person said, else what a trial of this machine found, else what is good on most. */
async function wayOf(options: EngineOptions, manifest: ModelManifest): Promise<Omit<Way, 'precision'>> {
  const { provider = 'auto', use = 'editing', trialFolder, engineScript } = options
  const asked = Math.floor(options.processes ?? 0)
  const found =
    provider === 'auto' && trialFolder !== undefined
      ? await recallTrial(trialFolder, await thisMachine(engineScript), fingerprintOf(manifest))
      : undefined
  const best = found?.chosen[use]
  const processes = asked > 0 ? asked : (best?.processes ?? automaticProcesses(use))
  // Threads were found for so many processes and no others.
  const threads = best?.processes === processes ? best.threads : automaticThreads(processes)
  return {
    provider: best?.provider ?? (provider === 'auto' ? 'cpu' : provider),
    graph: best?.graph ?? ENCODER_FILE,
    processes,
    threads: options.threads ?? threads,
  }
}

/** What a model says of itself, what it has beside the graph, and where it runs. */
export function infoOf(
  manifest: ModelManifest,
  provider: string,
  beside: Partial<Pick<EngineInfo, 'featureRanker' | 'contexts'>> = {},
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
    ...beside,
    typeLabels,
    temperature,
    tagThreshold,
    noneBias,
  }
}
