import {
  addUsage,
  ConceptLensError,
  NO_USAGE,
  readLetter,
  type CancellationToken,
  type LanguageModel,
  type LanguageModelUsage,
  type LetterAnswer,
  type LetterQuestion,
} from '../../core/index.ts'
import type { Completion, TokenProbability } from './completion.ts'
import type { LanguageModelServer } from './server.ts'

/** What servers tell at most; those that tell fewer cut the number themselves or say so. */
const ALTERNATIVES = 20

/**
 * A server as a model that chooses letters and writes. Questions go one after the other, those that begin alike in a row, so that the
 * server's own prefix cache serves them.
 */
export function createServerModel(server: LanguageModelServer): LanguageModel {
  async function answerTo(
    { prompt, letters }: LetterQuestion,
    token?: CancellationToken,
  ): Promise<{ answer: LetterAnswer; usage: LanguageModelUsage }> {
    const asked = { maxTokens: 1, nAlternatives: ALTERNATIVES, thinking: 'off' } as const
    const completion = await server.chat({ messages: [{ role: 'user', content: prompt }], ...asked }, token)
    return { answer: answerIn(completion, letters), usage: usageOf(completion) }
  }

  async function answerOrReason(question: LetterQuestion, token?: CancellationToken) {
    try {
      return await answerTo(question, token)
    } catch (error) {
      if (!isRefusal(error)) throw error
      return { answer: { kind: 'unanswered' as const, reason: error.message }, usage: NO_USAGE, error }
    }
  }

  return {
    name: server.name,
    fingerprint: `${server.address.base} ${server.name}`,
    async choose(questions, token) {
      const answers: LetterAnswer[] = []
      let usage = NO_USAGE
      const refusals: ConceptLensError[] = []
      for (const question of questions) {
        const one = await answerOrReason(question, token)
        answers.push(one.answer)
        usage = addUsage(usage, one.usage)
        if ('error' in one) refusals.push(one.error)
      }
      if (refusals[0] && refusals.length === questions.length) throw refusals[0]
      return { answers, usage }
    },
    async write({ prompt }, maxTokens, token) {
      const messages = [{ role: 'user', content: prompt }] as const
      try {
        const completion = await server.chat({ messages, maxTokens, thinking: 'off' }, token)
        const { text, isCut } = completion
        return { text, isCut, usage: usageOf(completion) }
      } catch (error) {
        if (!isRefusal(error)) throw error
        return { text: '', isCut: false, unanswered: error.message, usage: NO_USAGE }
      }
    },
    dispose: () => server.close(),
  }
}

/** A request that the server refuses, as it does with one longer than its window, is this question's misfortune alone. */
const isRefusal = (error: unknown): error is ConceptLensError =>
  error instanceof ConceptLensError && error.code === 'lm-request'

function answerIn({ text, tokens }: Completion, letters: readonly string[]): LetterAnswer {
  const alternatives = tokens?.[0]?.alternatives ?? []
  const logProbabilities = letters.map((letter) => logProbabilityOf(letter, alternatives))
  if (logProbabilities.some(Number.isFinite)) return { kind: 'probabilities', logProbabilities }
  return readLetter(text, letters)
}

/** Of all tokens that are this letter, with spaces or without. */
function logProbabilityOf(letter: string, alternatives: readonly TokenProbability[]): number {
  const same = alternatives.filter(({ token }) => token.trim() === letter)
  return Math.log(same.reduce((sum, { logProbability }) => sum + Math.exp(logProbability), 0))
}

function usageOf({ usage }: Completion): LanguageModelUsage {
  return {
    calls: 1,
    promptTokens: usage.promptTokens - usage.cachedTokens,
    reusedTokens: usage.cachedTokens,
    writtenTokens: usage.completionTokens,
    cutQuestions: 0,
  }
}
