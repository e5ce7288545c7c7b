import { basename, resolve } from 'node:path'
import { CancelledError } from '../../core/index.ts'
import type { Logger } from '../../core/index.ts'
import { automaticThreads } from '../cores.ts'
import { startLoaded, unexpectedAnswer } from '../loadedProcess.ts'
import type { ProviderName } from '../providers.ts'
import { classifierDigest, readClassifierConfig } from './classifierConfig.ts'
import type { Aggregation, TokenClassifier } from './tokenClassifier.ts'

/** What {@link createTokenClassifier} needs. */
export interface TokenClassifierOptions {
  /** Folder with `config.json`, `model.onnx`, and `tokenizer.json` or `vocab.txt`, as Hugging Face's exporters write it. */
  readonly modelDir: string
  /** The bundle of `src/inference/engine/main.ts`: `dist/engine.cjs`. */
  readonly engineScript: string
  /** Default `auto`: `first` where the tokenizer knows words, else `simple`. */
  readonly aggregation?: Aggregation | 'auto'
  /** Default `auto`. */
  readonly provider?: ProviderName
  /** Threads of its process. Default: see `automaticThreads`. */
  readonly threads?: number
  readonly logger: Logger
}

/**
 * Checks a token-classification model and starts the process that runs it.
 * @throws ConceptLensError `token-classification-missing` or `token-classification-unfit`
 */
export async function createTokenClassifier(options: TokenClassifierOptions): Promise<TokenClassifier> {
  const { modelDir, engineScript, logger, provider = 'auto' } = options
  const config = await readClassifierConfig(modelDir)
  const digest = await classifierDigest(config)
  const load = {
    engine: 'token-classification' as const,
    config,
    provider,
    threads: options.threads ?? automaticThreads(1),
  }
  const { process, loaded } = await startLoaded({ engineScript, load, logger })
  const asked = options.aggregation ?? 'auto'
  const aggregation =
    asked === 'auto' ? (config.tokenizer.kind === 'word-pieces' ? 'first' : 'simple') : asked
  const { types, name: scheme } = config.scheme
  return {
    info: {
      name: basename(resolve(modelDir)),
      fingerprint: `${digest}-${aggregation}`,
      scheme,
      types,
      aggregation,
      provider: loaded.provider,
    },
    async spans(text, token) {
      if (token?.isCancellationRequested) throw new CancelledError()
      const answer = await process.run({ kind: 'classify', text, aggregation }, token)
      if (answer.kind !== 'spans') throw unexpectedAnswer(answer.kind)
      return answer.spans.map((span) => ({ ...span, label: types[span.label] ?? '' }))
    },
    dispose: () => process.dispose(),
  }
}
