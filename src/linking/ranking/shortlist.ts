import type { FeatureRanker } from '../../inference/index.ts'

/** Candidates whose probability by features alone is below this are not worth reading, but for the first few. */
const LEAST_PROBABILITY = 0.02

/**
 * The likeliest are read in any case: context may say what no name does, as "dyskinesia, drug-induced" for "dyskinesia". The
 * second one brings 0.2 points of Acc@1 for a sixth more to read, on a fifth of the development documents; a third, nothing.
 */
const ALWAYS_READ = 2

/**
 * Which candidates of a mention the encoder reads: at most `most`, the likeliest by their features alone and none that
 * these all but rule out; always the {@link ALWAYS_READ} likeliest.
 * @param features of the first candidates of the fused list, one row each
 * @returns indices of rows, in the order of the list
 */
export function shortlist(
  features: readonly (readonly number[])[],
  ranker: FeatureRanker | undefined,
  most: number,
): number[] {
  if (!ranker) return [...features.keys()].slice(0, most)
  return likeliest(sharesOf(features.map((row) => featureScore(ranker, row))), most)
}

/** The shortlist by the candidates' shares; see {@link shortlist}. */
export function likeliest(shares: ArrayLike<number>, most: number): number[] {
  const shareOf = (index: number): number => shares[index] ?? 0
  return Array.from({ length: shares.length }, (_, index) => index)
    .sort((a, b) => shareOf(b) - shareOf(a) || a - b)
    .slice(0, most)
    .filter((index, place) => place < ALWAYS_READ || shareOf(index) >= LEAST_PROBABILITY)
    .sort((a, b) => a - b)
}

/** What each candidate has of the whole, whose rest is "none of these", by the logits of their features. */
export function sharesOf(scores: ArrayLike<number>): Float64Array {
  const shares = Float64Array.from(scores)
  const highest = shares.reduce((a, b) => Math.max(a, b), 0)
  let sum = Math.exp(-highest)
  shares.forEach((score, index) => (sum += shares[index] = Math.exp(score - highest)))
  return shares.map((power) => power / sum)
}

/** The logit of a candidate by its features alone. */
export function featureScore(
  { linear, bias, hidden, hiddenBias, output }: FeatureRanker,
  row: readonly number[],
): number {
  let score = bias + dot(linear, row)
  hidden.forEach((weights, unit) => {
    score += (output[unit] ?? 0) * gelu((hiddenBias[unit] ?? 0) + dot(weights, row))
  })
  return score
}

export function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0)
  return sum
}

export const gelu = (x: number): number => (x * (1 + erf(x / Math.SQRT2))) / 2

/** The error function to 1.5e-7: Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x))
  const series =
    ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t
  return Math.sign(x) * (1 - series * Math.exp(-x * x))
}
