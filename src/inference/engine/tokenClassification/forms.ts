/**
 * The letters that a tokenizer makes of a text, each with the stretch of the text that it comes from (UTF-16 units, half-open).
 * `starts` and `ends` are as long as `text`.
 */
export interface Forms {
  readonly text: string
  readonly starts: readonly number[]
  readonly ends: readonly number[]
}

/** What cannot be normalised apart: a letter with the marks behind it, and Korean letters that join to syllables. */
const SEGMENT = /[\u1100-\u11ff]+|[^]\p{M}*/gu

/** Normalises a text segment by segment, so that the way back is known. */
export function formsOf(text: string, formOf: (segment: string) => string): Forms {
  const parts: string[] = []
  const starts: number[] = []
  const ends: number[] = []
  for (const { 0: segment, index } of text.matchAll(SEGMENT)) {
    const form = formOf(segment)
    parts.push(form)
    for (let i = 0; i < form.length; i++) {
      starts.push(index)
      ends.push(index + segment.length)
    }
  }
  return { text: parts.join(''), starts, ends }
}
