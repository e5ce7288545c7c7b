import type { Span } from '../../../core/index.ts'

/**
 * gliner's `whitespace` splitter, `\w+(?:[-_]\w+)*|\S` as Python reads it: letters and numbers of every script are
 * of a word, marks that combine are not, and blanks are Python's.
 */
const WORD = /[\p{L}\p{N}_]+(?:[-_][\p{L}\p{N}_]+)*|[^\s\x1c-\x1f\x85]|\ufeff/gu

/** The words of a text, as spans of it. */
export function splitWords(text: string): Span[] {
  return Array.from(text.matchAll(WORD), ({ index, 0: word }) => ({ start: index, end: index + word.length }))
}
