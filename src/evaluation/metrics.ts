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

/** Answers of like probability. */
export interface ReliabilityBin {
  /** Probabilities from this to `to`, 0 … 1. */
  readonly from: number
  readonly to: number
  readonly n: number
  /** The mean of what they said; 0 when there are none. */
  readonly probability: number
  /** The share that is right; equals `probability` where probabilities can be believed. */
  readonly right: number
}

/** How far probabilities can be believed: answers in bins of equal width (DeGroot and Fienberg 1983; Guo et al. 2017). */
export function reliability(answers: readonly JudgedAnswer[], nBins = 15): readonly ReliabilityBin[] {
  const bins = Array.from({ length: nBins }, (): JudgedAnswer[] => [])
  for (const answer of answers)
    bins[Math.min(nBins - 1, Math.floor(answer.probability * nBins))]?.push(answer)
  return bins.map((bin, i) => ({
    from: i / nBins,
    to: (i + 1) / nBins,
    n: bin.length,
    probability: ratio(
      bin.reduce((sum, { probability }) => sum + probability, 0),
      bin.length,
    ),
    right: share(bin, ({ isRight }) => isRight),
  }))
}

/**
 * Expected calibration error (Guo et al. 2017): the mean distance between the mean probability of a bin of {@link reliability} and
 * its share of right answers, weighted by its answers. 0 … 1, lower is better.
 */
export function calibrationError(answers: readonly JudgedAnswer[], nBins = 15): number {
  const distances = reliability(answers, nBins).map(
    ({ n, probability, right }) => n * Math.abs(probability - right),
  )
  return ratio(
    distances.reduce((sum, distance) => sum + distance, 0),
    answers.length,
  )
}
