import type { MentionScores } from '../engine.ts'

/**
 * How alike two providers rank, in per cent: of all pairs of answers to one mention (its candidates and “none of these”) that
 * the first one puts in an order, those that the second puts in the same order. What is not a number agrees with nothing.
 */
export function rankAgreement(expected: readonly MentionScores[], found: readonly MentionScores[]): number {
  let nOrdered = 0
  let nAlike = 0
  expected.forEach((mention, m) => {
    const own = answersOf(mention)
    const other = answersOf(found[m])
    for (const [i, a] of own.entries())
      for (const [j, b] of own.entries()) {
        if (!(a > b)) continue
        nOrdered++
        if ((other[i] ?? NaN) > (other[j] ?? NaN)) nAlike++
      }
  })
  return nOrdered === 0 ? 100 : (100 * nAlike) / nOrdered
}

function answersOf(mention: MentionScores | undefined): readonly number[] {
  return mention ? [...mention.scores, mention.none] : []
}
