import { ConceptLensError, type CancellationToken, type LanguageModel } from '../../../core/index.ts'
import { readAnswer } from './answer.ts'
import type { ReadAnswer } from './answer.ts'
import { placeMentions } from './place.ts'
import type { PlacedMention, PlacingCounts } from './place.ts'
import { extractionPrompt } from './prompt.ts'

/** Tokens of an answer: a passage of 1,000 characters full of mentions needs about 800. */
const ANSWER_TOKENS = 1536

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

/** @param types as people name them: `Disease`, `cell line` */
export function createPromptedExtractor(
  model: Pick<LanguageModel, 'name' | 'write'>,
  types: readonly string[],
): PromptedExtractor {
  let total = NOTHING
  return {
    model: model.name,
    types,
    async mentions(passage, token) {
      if (types.length === 0 || passage.trim() === '') return []
      const prompt = extractionPrompt(passage, types)
      const { text, isCut, unanswered } = await model.write({ prompt }, ANSWER_TOKENS, token)
      if (unanswered !== undefined) throw new ConceptLensError('lm-unanswered', unanswered)
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
