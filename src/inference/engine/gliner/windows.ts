/** A run of words that is read at once. Only spans whose middle lies in `[from, to)` are taken from it. */
export interface WordWindow {
  readonly first: number
  /** Exclusive. */
  readonly end: number
  readonly from: number
  readonly to: number
}

export interface WindowLimits {
  readonly maxWords: number
  readonly maxPieces: number
  /** Words that two neighbouring windows share, where they are long enough. */
  readonly overlap: number
}

/**
 * Cuts words into windows that a model can read. Neighbours overlap; a span belongs to the window in which it has more
 * words around it, so that each is scored once. A word longer than a window is read alone and cut.
 * @param nPieces pieces of each word
 */
export function windowsOf(nPieces: readonly number[], limits: WindowLimits): WordWindow[] {
  const ranges: { first: number; end: number }[] = []
  for (let first = 0; first < nPieces.length;) {
    const end = endOf(nPieces, first, limits)
    ranges.push({ first, end })
    if (end === nPieces.length) break
    first = Math.max(first + 1, end - Math.min(limits.overlap, Math.floor((end - first) / 2)))
  }
  const middle = (i: number): number => ((ranges[i]?.end ?? 0) + (ranges[i + 1]?.first ?? 0)) / 2
  return ranges.map((range, i) => ({
    ...range,
    from: i === 0 ? 0 : middle(i - 1),
    to: i === ranges.length - 1 ? nPieces.length : middle(i),
  }))
}

function endOf(nPieces: readonly number[], first: number, { maxWords, maxPieces }: WindowLimits): number {
  let pieces = nPieces[first] ?? 0
  let end = first + 1
  while (end < nPieces.length && end - first < maxWords) {
    pieces += nPieces[end] ?? 0
    if (pieces > maxPieces) break
    end++
  }
  return end
}
