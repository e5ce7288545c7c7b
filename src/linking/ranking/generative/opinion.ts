import type { LetterAnswer, LetterQuestion } from '../../../core/index.ts'

/** Probabilities of candidates in their own order, and of "none of these"; they sum to 1. */
export interface Opinion {
  readonly candidates: readonly number[]
  readonly none: number
}

/**
 * What a letter alone is worth, when a model tells no probabilities. The rest is shared by the options that it did not name. Not
 * a measured number: it says "rather sure", and shuffled orders turn several such answers into shares.
 */
const LETTER_TRUST = 0.8

/**
 * What an answer says of the candidates: the probabilities of the letters, among each other. `undefined` when it says
 * nothing of them.
 * @param order as for `questionOf`
 */
export function opinionOf(
  answer: LetterAnswer | undefined,
  { letters }: LetterQuestion,
  order: readonly number[],
): Opinion | undefined {
  const shares = answer && sharesOf(answer, letters)
  if (!shares) return undefined
  const candidates = new Array<number>(order.length).fill(0)
  order.forEach((index, place) => (candidates[index] = shares[place] ?? 0))
  return { candidates, none: shares[order.length] ?? 0 }
}

/** Probabilities of the letters, which sum to 1. */
function sharesOf(answer: LetterAnswer, letters: readonly string[]): readonly number[] | undefined {
  if (answer.kind === 'other' || answer.kind === 'unanswered') return undefined
  if (answer.kind === 'letter') {
    const chosen = letters.indexOf(answer.letter)
    if (chosen < 0) return undefined
    const rest = letters.length > 1 ? (1 - LETTER_TRUST) / (letters.length - 1) : 0
    return letters.map((_, i) => (i === chosen ? LETTER_TRUST : rest))
  }
  const most = Math.max(...answer.logProbabilities)
  if (!Number.isFinite(most)) return undefined
  const powers = letters.map((_, i) => Math.exp((answer.logProbabilities[i] ?? -Infinity) - most))
  const sum = powers.reduce((a, b) => a + b, 0)
  return powers.map((power) => power / sum)
}

/** The mean of what was said in several orders; `undefined` when nothing was. */
export function meanOpinion(opinions: readonly (Opinion | undefined)[]): Opinion | undefined {
  const given = opinions.filter((opinion) => opinion !== undefined)
  const [first] = given
  if (!first) return undefined
  const mean = (valueOf: (opinion: Opinion) => number): number =>
    given.reduce((sum, opinion) => sum + valueOf(opinion), 0) / given.length
  return {
    candidates: first.candidates.map((_, i) => mean(({ candidates }) => candidates[i] ?? 0)),
    none: mean(({ none }) => none),
  }
}
