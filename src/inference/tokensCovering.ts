import type { Span } from '../core/index.ts'

/** Which tokens a span of their text touches, `[start, end)`; `undefined` when it touches none. @param tokens sorted */
export function tokensCovering(tokens: readonly Span[], span: Span): Span | undefined {
  const covered = (token: Span | undefined) => token && token.start < span.end && token.end > span.start
  const start = tokens.findIndex(covered)
  if (start < 0) return undefined
  let end = start + 1
  while (covered(tokens[end])) end++
  return { start, end }
}
