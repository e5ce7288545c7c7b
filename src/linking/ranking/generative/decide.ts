import {
  NO_USAGE,
  type CancellationToken,
  type LanguageModel,
  type LanguageModelUsage,
} from '../../../core/index.ts'
import { meanOpinion, opinionOf, type Opinion } from './opinion.ts'
import { ordersOf } from './orders.ts'
import { MOST_OPTIONS, questionOf, type MentionToDecide } from './prompt.ts'

/** How a language model is asked. */
export interface DecideOptions {
  readonly model: LanguageModel
  /**
   * In how many orders the options are shown; the mean of the answers counts. 1 is the cheapest; models prefer some letters
   * and places to others, which more orders even out.
   */
  readonly nOrders: number
  /** Decides the orders but the first, which is the candidates' own. */
  readonly seed: number
  readonly token?: CancellationToken | undefined
}

/** What a model says of mentions, in their order. */
export interface Decided {
  /** `undefined` where it said nothing of the options. */
  readonly opinions: readonly (Opinion | undefined)[]
  readonly usage: LanguageModelUsage
  /** Why it could not be asked about some of them; absent when it could about all. */
  readonly unanswered?: string
}

/** Asks a language model about mentions of one text, in one call; a mention without candidates is not asked about. */
export async function decideMentions(
  text: string,
  mentions: readonly MentionToDecide[],
  { model, nOrders, seed, token }: DecideOptions,
): Promise<Decided> {
  const asked = mentions.flatMap((one, mention) => {
    const nOptions = Math.min(one.candidates.length, MOST_OPTIONS)
    if (nOptions === 0) return []
    return ordersOf(nOptions, nOrders, seed).map((order) => ({
      mention,
      order,
      question: questionOf(text, one, order),
    }))
  })
  if (asked.length === 0) return { opinions: mentions.map(() => undefined), usage: NO_USAGE }
  const { answers, usage } = await model.choose(
    asked.map(({ question }) => question),
    token,
  )
  const opinions = mentions.map((_, mention) =>
    meanOpinion(
      asked.map(({ question, order, ...one }, i) =>
        one.mention === mention ? opinionOf(answers[i], question, order) : undefined,
      ),
    ),
  )
  const [failed] = answers.filter((answer) => answer.kind === 'unanswered')
  return { opinions, usage, ...(failed ? { unanswered: failed.reason } : {}) }
}
