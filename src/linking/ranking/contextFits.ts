import type { Span } from '../../core/index.ts'
import type { Contexts, FitOf, TextAnalysis } from '../../inference/index.ts'

/** How well a mention at a span of a read text fits concepts; `undefined` when the model knows no contexts, or the span covers no token. */
export function contextFitsIn(
  { tokens, places }: TextAnalysis,
  contexts: Contexts | undefined,
): (span: Span) => FitOf | undefined {
  return (span) => {
    if (!contexts || !places) return undefined
    const covered = (token: Span | undefined) => token && token.start < span.end && token.end > span.start
    const start = tokens.findIndex(covered)
    if (start < 0) return undefined
    let end = start + 1
    while (covered(tokens[end])) end++
    return contexts.fitsOf(places, { start, end })
  }
}
