import { CancelledError } from '../core/index.ts'
import type { CancellationToken, Logger } from '../core/index.ts'
import { startLoaded, unexpectedAnswer } from './loadedProcess.ts'
import type { DenseModel } from './packing/denseModel.ts'
import { readDenseModel } from './packing/denseModel.ts'
import type { DenseOptions, DenseScores, PassageToRank } from './packing/types.ts'
import type { ProviderName } from './providers.ts'

/**
 * A dense cross-encoder, for comparison and for people's own models. Unlike the two-stream engine's, a score depends on
 * what else is in its sequence, and in which order.
 */
export interface DenseRanker {
  readonly model: DenseModel
  /** Scores all pairs of a document. Rejects with `CancelledError` when cancelled, between two runs. */
  rank(
    passages: readonly PassageToRank[],
    options: DenseOptions,
    token?: CancellationToken,
  ): Promise<DenseScores>
  /** Ends the process. Calls under way reject with `CancelledError`. */
  dispose(): Promise<void>
}

/** What {@link createDenseRanker} needs. */
export interface DenseRankerOptions {
  /** Folder with `config.json`, `model.onnx` and `vocab.txt` or `tokenizer.json`, as Hugging Face's exporters write it. */
  readonly modelDir: string
  /** The bundle of `src/inference/engine/main.ts`: `dist/engine.cjs`. */
  readonly engineScript: string
  /** Default 1. */
  readonly threads?: number
  /** Default `auto`. */
  readonly provider?: ProviderName
  readonly logger: Logger
}

/**
 * Starts a process with a dense cross-encoder in it.
 * @throws ConceptLensError when the model is missing or cannot be run here.
 */
export async function createDenseRanker(options: DenseRankerOptions): Promise<DenseRanker> {
  const { modelDir, engineScript, threads = 1, provider = 'auto', logger } = options
  const model = await readDenseModel(modelDir)
  const load = { engine: 'dense' as const, modelDir, model, provider, threads }
  const { process } = await startLoaded({ engineScript, load, logger })
  return {
    model,
    async rank(passages, options, token) {
      if (token?.isCancellationRequested) throw new CancelledError()
      const answer = await process.run({ kind: 'rank', passages, options }, token)
      if (answer.kind === 'ranked') return { scores: answer.scores, counts: answer.counts }
      throw unexpectedAnswer(answer.kind)
    },
    dispose: () => process.dispose(),
  }
}
