import { loadavg } from 'node:os'
import { CancelledError, type Logger } from '../../core/index.ts'
import { infoOf } from '../createEngine.ts'
import { layoutOf } from '../cores.ts'
import { poolEngine } from '../enginePool.ts'
import { createEngineProcess } from '../engineProcess.ts'
import { fingerprintOf, readManifest, verifyModel, type ModelManifest } from '../modelManifest.ts'
import { thisMachine } from './machine.ts'
import { recallTrial, rememberTrial } from './memory.ts'
import { runTrial, type OpenWay, type TrialParts } from './runTrial.ts'
import type { Trial, Way } from './trial.ts'

/** Which model is measured, and where its trials are kept. */
export interface PerformanceOptions {
  readonly modelDir: string
  /** The bundle of `src/inference/engine/main.ts`: `dist/engine.cjs`. */
  readonly engineScript: string
  /** Where trials are kept: a file for each machine and model. */
  readonly cacheFolder: string
}

/** How to measure. */
export interface MeasuringOptions
  extends PerformanceOptions, Pick<TrialParts, 'token' | 'patienceMs' | 'measuredMs' | 'onWay'> {
  readonly logger: Logger
  /** At the lowest priority: nobody waits for it. */
  readonly isIdle?: boolean
}

/** The trial that counts for a model on this machine; `undefined` before the first one. */
export async function knownPerformance({
  modelDir,
  engineScript,
  cacheFolder,
}: PerformanceOptions): Promise<Trial | undefined> {
  const [manifest, machine] = [await readManifest(modelDir), await thisMachine(engineScript)]
  return recallTrial(cacheFolder, machine, fingerprintOf(manifest))
}

/** Runs a trial and keeps it. Rejects with `CancelledError` when cancelled; then the old one stays. */
export async function measurePerformance(options: MeasuringOptions): Promise<Trial> {
  const { modelDir, engineScript, cacheFolder, token, patienceMs, measuredMs, onWay, logger } = options
  const manifest = await readManifest(modelDir)
  await verifyModel(modelDir, manifest)
  const trial = await runTrial({
    manifest,
    machine: await thisMachine(engineScript),
    open: (way) => openWay(way, options, manifest),
    nowMs: () => performance.now(),
    load: () => loadavg()[0] ?? 0,
    now: () => new Date().toISOString(),
    ...(token ? { token } : {}),
    ...(patienceMs === undefined ? {} : { patienceMs }),
    ...(measuredMs === undefined ? {} : { measuredMs }),
    ...(onWay ? { onWay } : {}),
  })
  if (token?.isCancellationRequested) throw new CancelledError()
  await rememberTrial(cacheFolder, trial).catch((error: unknown) => {
    logger.warn(`The trial of this machine could not be kept (${String(error)}). It will be made again.`)
  })
  return trial
}

/** Texts are read anew each time: nothing is kept of them. */
const NO_CACHE_BYTES = 1

function openWay(
  { provider, graph, processes, threads }: Way,
  { modelDir, engineScript, isIdle = false, logger }: MeasuringOptions,
  manifest: ModelManifest,
): OpenWay {
  let notice: string | undefined
  const noticing = { ...logger, warn: (message: string) => (notice ??= message) }
  const load = {
    engine: 'two-stream' as const,
    ...{ modelDir, manifest, graph, provider, threads, isIdle },
    cacheBytes: NO_CACHE_BYTES,
  }
  const started = Array.from({ length: processes }, () =>
    createEngineProcess({ engineScript, load, logger: noticing }),
  )
  const loadAll = async () => {
    const loaded = await Promise.all(started.map((process) => process.load()))
    notice ??= loaded[0]?.notice
    return poolEngine(started, infoOf(manifest, provider), layoutOf('manuscripts', { processes, threads }))
  }
  return {
    ready: loadAll(),
    notice: () => notice,
    dispose: async () => void (await Promise.all(started.map((process) => process.dispose()))),
  }
}
