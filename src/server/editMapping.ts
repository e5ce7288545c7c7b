import type { Span } from '../core/index.ts'

/** One change of a text: `[start, end)` of the text before it was replaced by `text`. */
export interface Edit extends Span {
  readonly text: string
}

/**
 * Where a span of words stands after an edit; `undefined` when the edit changed it, or made the word at its border
 * longer.
 *
 * @example `[4,10)` is `[7,13)` after `{start: 0, end: 0, text: 'An '}`, and gone after `{start: 10, end: 10, text: 's'}`.
 */
export function mapSpan(span: Span, edit: Edit): Span | undefined {
  if (edit.start > span.end || (edit.start === span.end && !/^[\p{L}\p{N}]/u.test(edit.text))) return span
  const isBefore = edit.end < span.start || (edit.end === span.start && !/[\p{L}\p{N}]$/u.test(edit.text))
  if (!isBefore) return undefined
  const shift = lengthening(edit)
  return { start: span.start + shift, end: span.end + shift }
}

/** Where a region stands after an edit; it grows and shrinks with what happens inside it. */
export function mapRegion(region: Span, edit: Edit): Span {
  const start =
    edit.end <= region.start ? region.start + lengthening(edit) : Math.min(region.start, edit.start)
  const end = edit.end <= region.end ? region.end + lengthening(edit) : Math.min(region.end, edit.start)
  return { start, end: Math.max(start, end) }
}

/** By how much an edit moves what follows it. */
function lengthening({ start, end, text }: Edit): number {
  return text.length - (end - start)
}
