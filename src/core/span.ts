/**
 * A half-open interval `[start, end)` counted in UTF-16 code units, the unit of JavaScript strings and of LSP.
 * What the offsets count into (the source file, a passage's prose) is said where a span is used.
 *
 * @example `{ start: 4, end: 10 }` covers "asthma" in "The asthma study".
 */
export interface Span {
  readonly start: number
  readonly end: number
}
