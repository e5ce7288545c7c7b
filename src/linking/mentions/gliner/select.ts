import type { ScoredSpan } from '../../../inference/index.ts'

/** Which of overlapping spans stay. */
export interface Decoding {
  /** Whether a span may lie in another; else spans do not overlap. */
  readonly nested: boolean
  /** Whether the same stretch may have several labels. */
  readonly multiLabel: boolean
}

/**
 * gliner's greedy search: the most probable span first, and every other that does not collide with one that is in already. Of equally
 * probable ones the earlier in the list wins. Sorted by start.
 */
export function selectSpans(spans: readonly ScoredSpan[], decoding: Decoding): ScoredSpan[] {
  const chosen: ScoredSpan[] = []
  for (const span of spans.toSorted((a, b) => b.probability - a.probability))
    if (!chosen.some((other) => collide(span, other, decoding))) chosen.push(span)
  return chosen.sort((a, b) => a.start - b.start)
}

function collide(a: ScoredSpan, b: ScoredSpan, { nested, multiLabel }: Decoding): boolean {
  if (a.start === b.start && a.end === b.end) return !multiLabel
  if (a.start >= b.end || b.start >= a.end) return false
  return !(nested && (contains(a, b) || contains(b, a)))
}

const contains = (outer: ScoredSpan, inner: ScoredSpan): boolean =>
  outer.start <= inner.start && outer.end >= inner.end
