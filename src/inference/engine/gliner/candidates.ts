/** A run of words that reaches a label's threshold. Words are counted in the window, both ends inclusive. */
export interface WordSpan {
  readonly first: number
  readonly last: number
  readonly label: number
  /** 0 … 1 */
  readonly probability: number
}

/** In single precision, as gliner computes it: what it finds equally probable must be so here. */
const sigmoid = (logit: number): number => Math.fround(1 / (1 + Math.exp(-logit)))

/**
 * Spans of a span-level model, in gliner's order.
 * @param logits `[words, widths, labels]`, row by row
 */
export function spanCandidates(
  logits: Float32Array,
  { nWords, maxWidth }: { readonly nWords: number; readonly maxWidth: number },
  thresholds: readonly number[],
): WordSpan[] {
  const found: WordSpan[] = []
  const nLabels = thresholds.length
  for (let first = 0; first < nWords; first++)
    for (let width = 0; width < maxWidth && first + width < nWords; width++)
      for (let label = 0; label < nLabels; label++) {
        const probability = sigmoid(logits[(first * maxWidth + width) * nLabels + label] ?? -Infinity)
        if (probability > (thresholds[label] ?? 1))
          found.push({ first, last: first + width, label, probability })
      }
  return found
}

/**
 * Spans of a token-level model, in gliner's order: from a start to an end of the same label, with every word between inside it. The
 * probability is the least of all of them.
 * @param logits `[words, labels, start/end/inside]`, row by row
 */
export function tokenCandidates(
  logits: Float32Array,
  nWords: number,
  thresholds: readonly number[],
): WordSpan[] {
  const found: WordSpan[] = []
  const nLabels = thresholds.length
  const at = (word: number, label: number, part: 0 | 1 | 2): number =>
    sigmoid(logits[(word * nLabels + label) * 3 + part] ?? -Infinity)
  for (let first = 0; first < nWords; first++)
    for (let label = 0; label < nLabels; label++) {
      const threshold = thresholds[label] ?? 1
      const start = at(first, label, 0)
      if (!(start > threshold)) continue
      let inside = 1
      for (let last = first; last < nWords; last++) {
        const here = at(last, label, 2)
        if (here < threshold) break
        inside = Math.min(inside, here)
        const end = at(last, label, 1)
        if (end > threshold) found.push({ first, last, label, probability: Math.min(inside, start, end) })
      }
    }
  return found
}
