import type { Segment } from '../core/index.ts'

/** Whether a segment maps unit by unit. */
export function isVerbatim({ prose, source, isWhole }: Segment): boolean {
  return !isWhole && prose.end - prose.start === source.end - source.start
}

/** The segment of a replaced piece, which says so when its lengths do not. */
export function wholeSegment({ prose, source }: Segment): Segment {
  const length = prose.end - prose.start
  return length > 1 && length === source.end - source.start
    ? { prose, source, isWhole: true }
    : { prose, source }
}
