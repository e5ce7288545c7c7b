import { throwIfCancelled } from '../../core/index.ts'
import type { LanguageModel, Logger } from '../../core/index.ts'
import { automaticThreads } from '../cores.ts'
import { startLoaded, unexpectedAnswer } from '../loadedProcess.ts'
import type { ProviderName } from '../providers.ts'
import { readGenerativeFolder } from './modelFolder.ts'

/** What {@link createGenerative} needs. */
export interface GenerativeOptions {
  /** Folder of the model; see `modelFolder.ts` for what it must hold. */
  readonly modelDir: string
  /** The bundle of `src/inference/engine/main.ts`: `dist/engine.cjs`. */
  readonly engineScript: string
  /** Default `auto`. */
  readonly provider?: ProviderName
  /** Threads of its process. Default: see `automaticThreads`. */
  readonly threads?: number
  readonly logger: Logger
}

/**
 * Checks a causal language model in ONNX and starts the process that runs it.
 * @throws ConceptLensError `generative-missing` or `generative-unfit`
 */
export async function createGenerative(options: GenerativeOptions): Promise<LanguageModel> {
  const { modelDir, engineScript, logger, provider = 'auto' } = options
  const model = await readGenerativeFolder(modelDir)
  const threads = options.threads ?? automaticThreads(1)
  const load = { engine: 'generative' as const, model, provider, threads }
  const { process } = await startLoaded({ engineScript, load, logger })
  return {
    name: model.name,
    fingerprint: model.fingerprint,
    async choose(questions, token) {
      throwIfCancelled(token)
      const answer = await process.run({ kind: 'choose', questions }, token)
      if (answer.kind === 'chosen') return { answers: answer.answers, usage: answer.usage }
      throw unexpectedAnswer(answer.kind)
    },
    async write(prompt, maxTokens, token) {
      throwIfCancelled(token)
      const answer = await process.run({ kind: 'write', prompt, maxTokens }, token)
      if (answer.kind !== 'written') throw unexpectedAnswer(answer.kind)
      const { text, isCut, unanswered, usage } = answer
      return { text, isCut, usage, ...(unanswered === undefined ? {} : { unanswered }) }
    },
    dispose: () => process.dispose(),
  }
}
