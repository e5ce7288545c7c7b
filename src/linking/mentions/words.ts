import type { Span } from '../../core/index.ts'

/** A run of letters, marks and digits of a text, UTF-16 units. */
export interface Word extends Span {
  readonly text: string
}

/** The words of a text in reading order; everything between them is blanks and punctuation. */
export function wordsOf(text: string): Word[] {
  return Array.from(text.matchAll(/[\p{L}\p{M}\p{N}]+/gu), (match) => ({
    text: match[0],
    start: match.index,
    end: match.index + match[0].length,
  }))
}

/** Whether neither end of the span cuts a word in two. */
export function isWordBounded(text: string, span: Span): boolean {
  const before = text.slice(Math.max(0, span.start - 2), span.start)
  const after = text.slice(span.end, span.end + 2)
  const covered = text.slice(span.start, span.end)
  const opens = /^[\p{L}\p{M}\p{N}]/u.test(covered) && /[\p{L}\p{M}\p{N}]$/u.test(before)
  const closes = /[\p{L}\p{M}\p{N}]$/u.test(covered) && /^[\p{L}\p{M}\p{N}]/u.test(after)
  return !opens && !closes
}
