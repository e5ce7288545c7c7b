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
 * @param shares of the first candidates of the fused list, see {@link sharesOf}
 * @returns indices, in the order of the list
 */
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
