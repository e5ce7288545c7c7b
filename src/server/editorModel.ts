import type { CancellationToken as LspToken, Connection } from 'vscode-languageserver'
import { CancellationTokenSource } from 'vscode-languageserver'
import {
  CancelledError,
  ConceptLensError,
  NO_USAGE,
  readLetter,
  type CancellationToken,
  type LanguageModel,
  type LanguageModelUsage,
} from '../core/index.ts'
import type { ServerRequests } from '../protocol/index.ts'

const METHOD = 'conceptLens/askLanguageModel'
type Asked = ServerRequests[typeof METHOD]

const CANCEL_CHECK_MS = 100
/** The editor counts no tokens. Words of names have some five letters a token, so that so many leave room. */
const CHARS_PER_TOKEN = 8
/** A letter, and what models like to say before it. */
const CHARS_OF_LETTER = 200

/** A language model that the editor offers, asked through the editor. It writes its letter, and tells no probabilities. */
export function createEditorModel(connection: Connection, model: string): LanguageModel {
  async function ask(
    prompts: readonly string[],
    mostChars: number,
    token?: CancellationToken,
  ): Promise<readonly string[]> {
    if (token?.isCancellationRequested) throw new CancelledError()
    const params: Asked['params'] = { model, prompts, mostChars }
    const found = await passingOn(token, (passed) =>
      connection.sendRequest<Asked['result']>(METHOD, params, passed),
    )
    if ('problem' in found) throw new ConceptLensError('editor-model', found.problem)
    if (found.answers.length === prompts.length) return found.answers
    throw new ConceptLensError(
      'editor-model',
      `The editor gave ${found.answers.length} answers to ${prompts.length} questions. Choose another model.`,
    )
  }

  const usage = (calls: number): LanguageModelUsage => ({ ...NO_USAGE, calls })
  const name = model === '' ? 'of the editor' : model
  return {
    name,
    fingerprint: `editor ${model}`,
    async choose(questions, token) {
      const texts = await ask(
        questions.map(({ prompt }) => prompt),
        CHARS_OF_LETTER,
        token,
      )
      const answers = texts.map((text, i) => readLetter(text, questions[i]?.letters ?? []))
      return { answers, usage: usage(questions.length) }
    },
    async write({ prompt }, maxTokens, token) {
      const mostChars = CHARS_PER_TOKEN * maxTokens
      const [text = ''] = await ask([prompt], mostChars, token)
      return { text, isCut: text.length >= mostChars, usage: usage(1) }
    },
    dispose: () => Promise.resolve(),
  }
}

/** Runs a request that is cancelled when our token says so; then it rejects with `CancelledError`. */
async function passingOn<T>(
  token: CancellationToken | undefined,
  send: (passed: LspToken) => Promise<T>,
): Promise<T> {
  const source = new CancellationTokenSource()
  const timer = setInterval(() => {
    if (token?.isCancellationRequested) source.cancel()
  }, CANCEL_CHECK_MS)
  try {
    return await send(source.token)
  } catch (error) {
    if (token?.isCancellationRequested) throw new CancelledError()
    throw error
  } finally {
    clearInterval(timer)
    source.dispose()
  }
}
