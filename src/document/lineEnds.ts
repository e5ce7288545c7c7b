/**
 * The text with `\n` for every line end, of the same length so that positions hold: `\r\n` becomes a blank and `\n`.
 * Parsers read this, so that they need to know one line end only.
 */
export function unifyLineEnds(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n/g, ' \n').replace(/\r/g, '\n') : text
}
