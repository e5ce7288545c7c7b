/** How well a set of answers matches the gold standard; each 0 … 1, higher is better, 0 when there was nothing to count. */
export interface PrecisionRecall {
  readonly precision: number
  readonly recall: number
  readonly f1: number
}

/** What precision and recall are made of. They count different things when one answer may meet several gold mentions. */
export interface MatchCounts {
  readonly nPredicted: number
  /** Predicted ones that are right. */
  readonly nRight: number
  readonly nGold: number
  /** Gold ones that were found. */
  readonly nFound: number
}

/** Precision, recall and their harmonic mean. */
export function precisionRecall({ nPredicted, nRight, nGold, nFound }: MatchCounts): PrecisionRecall {
  const precision = ratio(nRight, nPredicted)
  const recall = ratio(nFound, nGold)
  return { precision, recall, f1: ratio(2 * precision * recall, precision + recall) }
}

/** A share, 0 when there is nothing to share. */
export function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}

/** Share of the items for which something holds, 0 when there are none. */
export function share<T>(items: readonly T[], holds: (item: T) => boolean): number {
  return ratio(items.filter(holds).length, items.length)
}

/** An answer with the probability it was given. */
export interface JudgedAnswer {
  /** 0 … 1. */
  readonly probability: number
  readonly isRight: boolean
}

/**
 * Expected calibration error (Guo et al. 2017): answers in 15 bins of equal width by probability; the mean distance
 * between a bin's mean probability and its share of right answers, weighted by its answers. 0 … 1, lower is better.
 */
export function calibrationError(answers: readonly JudgedAnswer[], nBins = 15): number {
  const bins = Array.from({ length: nBins }, (): JudgedAnswer[] => [])
  for (const answer of answers)
    bins[Math.min(nBins - 1, Math.floor(answer.probability * nBins))]?.push(answer)
  const distances = bins.map((bin) => {
    const confidence = bin.reduce((sum, { probability }) => sum + probability, 0)
    return Math.abs(confidence - bin.filter(({ isRight }) => isRight).length)
  })
  return ratio(
    distances.reduce((sum, distance) => sum + distance, 0),
    answers.length,
  )
}
