import { seededRandom } from '../linking/index.ts'

/** One document's part in a mean: the sum over its mentions and how many there are. */
export interface DocumentSum {
  readonly sum: number
  readonly n: number
}

export interface Interval {
  readonly low: number
  readonly high: number
}

/** What {@link bootstrapInterval} can be told. */
export interface BootstrapOptions {
  readonly nSamples?: number
  /** Two-sided; 0.95 by default. */
  readonly confidence?: number
  readonly seed?: number
}

/**
 * Percentile bootstrap interval of a mean over mentions (Efron 1979), drawing whole documents with replacement, since
 * the mentions of one document are not independent. Seeded: the same sums give the same interval.
 * For a paired difference give each document's sum of differences. `undefined` without mentions.
 */
export function bootstrapInterval(
  documents: readonly DocumentSum[],
  options: BootstrapOptions = {},
): Interval | undefined {
  const { nSamples = 1000, confidence = 0.95, seed = 1 } = options
  const counted = documents.filter(({ n }) => n > 0)
  if (counted.length === 0) return undefined
  const random = seededRandom(seed)
  const means = new Float64Array(nSamples)
  for (let i = 0; i < nSamples; i++) means[i] = resampledMean(counted, random)
  means.sort()
  const tail = (1 - confidence) / 2
  return { low: quantile(means, tail), high: quantile(means, 1 - tail) }
}

function resampledMean(documents: readonly DocumentSum[], random: () => number): number {
  let sum = 0
  let n = 0
  for (let k = 0; k < documents.length; k++) {
    const drawn = documents[Math.floor(random() * documents.length)]
    sum += drawn?.sum ?? 0
    n += drawn?.n ?? 0
  }
  return sum / n
}

/** The value below which a share of the sorted values lies, by the nearest rank; 0 for no values. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const rank = Math.ceil(share * sorted.length) - 1
  return sorted[Math.min(sorted.length - 1, Math.max(0, rank))] ?? 0
}
