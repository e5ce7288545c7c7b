import type { Span } from '../../core/index.ts'
import { tokensCovering } from '../../inference/index.ts'
import type { Contexts, FitOf, TextAnalysis } from '../../inference/index.ts'

/** How well a mention at a span of a read text fits concepts; `undefined` when the model knows no contexts, or the span covers no token. */
export function contextFitsIn(
  { tokens, places }: TextAnalysis,
  contexts: Contexts | undefined,
): (span: Span) => FitOf | undefined {
  return (span) => {
    if (!contexts || !places) return undefined
    const rows = tokensCovering(tokens, span)
    return rows && contexts.fitsOf(places, rows)
  }
}
