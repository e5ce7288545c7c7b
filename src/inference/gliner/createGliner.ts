import { basename, join } from 'node:path'
import { throwIfCancelled } from '../../core/index.ts'
import type { CancellationToken, Logger } from '../../core/index.ts'
import { automaticThreads } from '../cores.ts'
import type { EngineProcess } from '../engineProcess.ts'
import { startLoaded, unexpectedAnswer } from '../loadedProcess.ts'
import type { ProviderName } from '../providers.ts'
import type { Gliner } from './gliner.ts'
import { glinerFingerprint, readGlinerConfig } from './glinerConfig.ts'
import { openLabelStore } from './labelStore.ts'
import type { LabelStore } from './labelStore.ts'

/** What {@link createGliner} needs. */
export interface GlinerOptions {
  /** Folder of the model; see `glinerConfig.ts` for what it must hold. */
  readonly modelDir: string
  /** The bundle of `src/inference/engine/main.ts`: `dist/engine.cjs`. */
  readonly engineScript: string
  /** Where vectors of labels are kept between runs; a file per model. */
  readonly cacheFolder: string
  /** Default `auto`. */
  readonly provider?: ProviderName
  /** Threads of its process. Default: see `automaticThreads`. */
  readonly threads?: number
  readonly logger: Logger
}

/**
 * Checks a GLiNER model and starts the process that runs it.
 * @throws ConceptLensError `gliner-missing` or `gliner-unfit`
 */
export async function createGliner(options: GlinerOptions): Promise<Gliner> {
  const { modelDir, engineScript, logger, provider = 'auto' } = options
  const config = await readGlinerConfig(modelDir)
  const fingerprint = await glinerFingerprint(config)
  const threads = options.threads ?? automaticThreads(1)
  const file = join(options.cacheFolder, `${fingerprint}.jsonl`)
  const store = config.architecture.startsWith('bi') ? await openLabelStore(file, config.hidden) : undefined
  const load = { engine: 'gliner' as const, config, provider, threads }
  const { process, loaded } = await startLoaded({ engineScript, load, logger })
  const embed = store && embedder(process, store, logger)
  return {
    info: {
      architecture: config.architecture,
      name: basename(modelDir),
      fingerprint,
      provider: loaded.provider,
    },
    async spans(text, labels, token) {
      throwIfCancelled(token)
      if (labels.length === 0) return []
      const names = labels.map(({ label }) => label)
      const vectors = embed && (await embed(names, token))
      const asked = {
        labels: names,
        thresholds: labels.map(({ threshold }) => threshold),
        ...(vectors ? { vectors } : {}),
      }
      const answer = await process.run({ kind: 'spans', text, asked }, token)
      if (answer.kind !== 'spans') throw unexpectedAnswer(answer.kind)
      return answer.spans.map((span) => ({ ...span, label: names[span.label] ?? '' }))
    },
    dispose: () => process.dispose(),
  }
}

/** Gives the vectors of labels `[labels, hidden]`; those not known yet are made, each once. */
function embedder(
  process: EngineProcess,
  store: LabelStore,
  logger: Logger,
): (labels: readonly string[], token?: CancellationToken) => Promise<Float32Array> {
  let queue: Promise<unknown> = Promise.resolve()

  async function embedMissing(labels: readonly string[], token?: CancellationToken): Promise<Float32Array> {
    const missing = [...new Set(labels)].filter((label) => !store.get(label))
    if (missing.length > 0) {
      throwIfCancelled(token)
      const answer = await process.run({ kind: 'embed', labels: missing }, token)
      if (answer.kind !== 'embedded') throw unexpectedAnswer(answer.kind)
      const width = answer.vectors.length / missing.length
      const made = missing.map(
        (label, i) => [label, answer.vectors.slice(i * width, (i + 1) * width)] as const,
      )
      await store.add(made).catch((error: unknown) => {
        logger.debug(
          `Vectors of types were not kept: ${error instanceof Error ? error.message : String(error)}`,
        )
      })
    }
    return joined(labels.flatMap((label) => store.get(label) ?? []))
  }
  return (labels, token) => {
    // One after the other, so that what several passages ask for at once is made once.
    const made = queue.then(() => embedMissing(labels, token))
    queue = made.catch(() => undefined)
    return made
  }
}

function joined(vectors: readonly Float32Array[]): Float32Array {
  const width = vectors[0]?.length ?? 0
  const all = new Float32Array(vectors.length * width)
  vectors.forEach((vector, i) => all.set(vector, i * width))
  return all
}
