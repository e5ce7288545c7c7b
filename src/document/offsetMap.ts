import type { Passage, Segment, Span } from '../core/index.ts'
import type { Prose } from './mask.ts'
import { isVerbatim, wholeSegment } from './segment.ts'

/**
 * Where a span of a passage's prose stands in its source file: the smallest stretch that holds all of it, with the
 * markup inside. A span that cuts a replaced piece covers the whole piece. An empty span gives an empty span.
 * O(log segments).
 *
 * @throws RangeError when the span does not lie in the prose: a caller's mistake.
 */
export function toSource(passage: Pick<Passage, 'text' | 'segments' | 'source'>, span: Span): Span {
  const { segments, text } = passage
  if (!(0 <= span.start && span.start <= span.end && span.end <= text.length)) {
    throw new RangeError(
      `The span ${span.start}–${span.end} does not lie in the prose of ${text.length} UTF-16 units. Give a span of passage.text.`,
    )
  }
  if (segments.length === 0) return { start: passage.source.start, end: passage.source.start }
  const start = sourceStart(
    segments[findByProse(segments, Math.min(span.start, text.length - 1))],
    span.start,
  )
  if (span.start === span.end) return { start, end: start }
  return { start, end: sourceEnd(segments[findByProse(segments, span.end - 1)], span.end) }
}

/**
 * Which prose of a passage stands for a span of its source file; `undefined` when none does (markup, another passage).
 * A span that touches a replaced piece gives the whole piece. An empty source span asks for the position: it gives an
 * empty prose span when the position lies in or at the edge of prose. O(log segments).
 */
export function toProse(passage: Pick<Passage, 'segments'>, span: Span): Span | undefined {
  const { segments } = passage
  let i = findBySourceEnd(segments, span.start)
  if (span.start === span.end) {
    const at = segments[i]
    if (!at || at.source.start > span.start) return undefined
    const position = isVerbatim(at)
      ? at.prose.start + span.start - at.source.start
      : span.start === at.source.end
        ? at.prose.end
        : at.prose.start
    return { start: position, end: position }
  }
  if (segments[i]?.source.end === span.start) i++
  const first = segments[i]
  if (!first || first.source.start >= span.end) return undefined
  let last = first
  for (let next = segments[++i]; next && next.source.start < span.end; next = segments[++i]) last = next
  const start = isVerbatim(first)
    ? first.prose.start + Math.max(0, span.start - first.source.start)
    : first.prose.start
  const end = isVerbatim(last) ? last.prose.end - Math.max(0, last.source.end - span.end) : last.prose.end
  return { start, end }
}

/** The part of `prose` in `span`. The span must not cut a replaced piece: {@link isCut} tells. */
export function sliceProse(prose: Prose, span: Span): Prose {
  const { segments } = prose
  const cut: Segment[] = []
  for (let i = findByProse(segments, span.start); i < segments.length; i++) {
    const segment = segments[i]
    if (!segment || segment.prose.start >= span.end) break
    const head = Math.max(0, span.start - segment.prose.start)
    const tail = Math.max(0, segment.prose.end - span.end)
    const whole = !isVerbatim(segment)
    const part = {
      prose: { start: segment.prose.start + head - span.start, end: segment.prose.end - tail - span.start },
      source: {
        start: segment.source.start + (whole ? 0 : head),
        end: segment.source.end - (whole ? 0 : tail),
      },
    }
    cut.push(whole ? wholeSegment(part) : part)
  }
  return { text: prose.text.slice(span.start, span.end), segments: cut }
}

/** Whether the prose position lies strictly inside a replaced piece, where no cut may be made. */
export function isCut(segments: readonly Segment[], position: number): boolean {
  const segment = segments[findByProse(segments, position)]
  return (
    segment !== undefined &&
    !isVerbatim(segment) &&
    segment.prose.start < position &&
    position < segment.prose.end
  )
}

/** The index of the last segment that starts at or before the prose position; 0 when there is none. */
function findByProse(segments: readonly Segment[], position: number): number {
  let low = 0
  let high = segments.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((segments[middle]?.prose.start ?? Infinity) <= position) low = middle
    else high = middle - 1
  }
  return low
}

/** The index of the first segment whose source ends at or after the position; the number of segments when there is none. */
function findBySourceEnd(segments: readonly Segment[], position: number): number {
  let low = 0
  let high = segments.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((segments[middle]?.source.end ?? Infinity) >= position) high = middle
    else low = middle + 1
  }
  return low
}

function sourceStart(segment: Segment | undefined, position: number): number {
  if (!segment) return 0
  if (isVerbatim(segment)) return segment.source.start + position - segment.prose.start
  return position >= segment.prose.end ? segment.source.end : segment.source.start
}

function sourceEnd(segment: Segment | undefined, position: number): number {
  if (!segment) return 0
  return isVerbatim(segment) ? segment.source.start + position - segment.prose.start : segment.source.end
}
