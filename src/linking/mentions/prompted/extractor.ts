import type { CancellationToken } from '../../../core/index.ts'
import { readAnswer } from './answer.ts'
import type { ReadAnswer } from './answer.ts'
import { placeMentions } from './place.ts'
import type { PlacedMention, PlacingCounts } from './place.ts'
import { extractionPrompt } from './prompt.ts'
import type { ExtractionPrompt } from './prompt.ts'

/** A language model that can be asked for mentions: a server of the person's own, or a model in a process of ours. */
export interface LanguageModel {
  /** As people know it. */
  readonly name: string
  /** The answer as it came; `isCut` when it had more to say than was allowed. A cancelled call rejects with `CancelledError`. */
  write(
    prompt: ExtractionPrompt,
    token?: CancellationToken,
  ): Promise<{ readonly text: string; readonly isCut: boolean }>
}

/** What a language model's answers were like, summed over passages. */
export interface ExtractionCounts extends PlacingCounts {
  readonly nAnswers: number
  /** Answers that were no JSON as they stood. */
  readonly nRepaired: number
  /** Answers of which nothing could be made. */
  readonly nUnreadable: number
  /** Answers that broke off at their longest. */
  readonly nCut: number
  /** Mentions listed. */
  readonly nListed: number
  /** Items that are not a text with a type. */
  readonly nMalformed: number
}

/** Finds mentions by asking a language model for a list of them. */
export interface PromptedExtractor {
  readonly model: string
  readonly types: readonly string[]
  mentions(passage: string, token?: CancellationToken): Promise<readonly PlacedMention[]>
  /** Of all passages so far. */
  counts(): ExtractionCounts
}

const NOTHING: ExtractionCounts = {
  nAnswers: 0,
  nRepaired: 0,
  nUnreadable: 0,
  nCut: 0,
  nListed: 0,
  nMalformed: 0,
  nInvented: 0,
  nOtherType: 0,
  nRepeated: 0,
  nInexact: 0,
  nOverlapping: 0,
}

export function createPromptedExtractor(model: LanguageModel, types: readonly string[]): PromptedExtractor {
  let total = NOTHING
  return {
    model: model.name,
    types,
    async mentions(passage, token) {
      if (types.length === 0 || passage.trim() === '') return []
      const { text, isCut } = await model.write(extractionPrompt(passage, types), token)
      const answer = readAnswer(text)
      const placed = placeMentions(passage, answer.mentions, types)
      total = added(total, countsOf(answer, isCut), placed.counts)
      return placed.mentions
    },
    counts: () => total,
  }
}

function countsOf({ mentions, form, nMalformed }: ReadAnswer, isCut: boolean): Partial<ExtractionCounts> {
  return {
    nAnswers: 1,
    nRepaired: form === 'repaired' ? 1 : 0,
    nUnreadable: form === 'unreadable' ? 1 : 0,
    nCut: isCut ? 1 : 0,
    nListed: mentions.length,
    nMalformed,
  }
}

function added(...counts: readonly Partial<ExtractionCounts>[]): ExtractionCounts {
  const keys = Object.keys(NOTHING) as (keyof ExtractionCounts)[]
  return keys.reduce(
    (sums, key) => ({ ...sums, [key]: counts.reduce((sum, one) => sum + (one[key] ?? 0), 0) }),
    NOTHING,
  )
}
