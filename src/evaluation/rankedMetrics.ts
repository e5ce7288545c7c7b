import { ratio } from './metrics.ts'

/** A graded judgement with its reference, both on the same scale. */
export interface GradedAnswer {
  readonly given: number
  readonly reference: number
}

/**
 * EDRM, *exactitude en distance relative à la solution moyenne*, by which task 1 of DEFT 2020 (Cardon, Grabar, Grouin and
 * Hamon 2020, "Présentation de la campagne d'évaluation DEFT 2020") ranks graded judgements. Its text was not at hand;
 * computed is `1/n · Σ (1 − |given − reference| / dmax(reference))`, where `dmax` is the greatest distance that an answer
 * on the scale can have from that reference.
 * @param scale its ends; `[0, 5]` in DEFT 2020, `[0, 1]` for probabilities
 * @returns 0 … 1, higher is better; 0 without answers
 */
export function edrm(answers: readonly GradedAnswer[], [low, high]: readonly [number, number]): number {
  const sum = answers.reduce((total, { given, reference }) => {
    const greatest = Math.max(reference - low, high - reference)
    return total + 1 - Math.abs(given - reference) / greatest
  }, 0)
  return ratio(sum, answers.length)
}

/**
 * Average precision of one ranked list, the mean of which over all questions is MAP, by which task 2 of DEFT 2020 ranks
 * (Manning, Raghavan and Schütze 2008, "Introduction to Information Retrieval", 8.4): the mean, over all `nRight` right
 * answers, of the precision at the rank where each stands, 0 for those that are not in the list. With one right answer
 * it is one over its rank.
 * @param isRight of the answers in their order
 */
export function averagePrecision(isRight: readonly boolean[], nRight: number): number {
  let nFound = 0
  let sum = 0
  isRight.forEach((right, index) => {
    if (!right) return
    nFound += 1
    sum += nFound / (index + 1)
  })
  return ratio(sum, nRight)
}
