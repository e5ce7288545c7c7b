import type { Span } from '../../core/index.ts'

/** Stretches at whose ends a text may be cut: words with the blanks behind them, long words in pieces. */
const STRETCH = /\s*\S{1,24}\s*/gu

/**
 * As much of a text around a mention as has at most `limit` tokens, as even on both sides as the text allows. A mention
 * that is longer than that is cut at its end.
 * @param idsOf the tokens of a text.
 */
export function cutAround(
  text: string,
  span: Span,
  limit: number,
  idsOf: (text: string) => readonly number[],
): readonly number[] {
  const bounds = [0, ...[...text.matchAll(STRETCH)].map((match) => match.index + match[0].length)]
  const last = bounds.length - 1
  const from = Math.max(
    0,
    bounds.findLastIndex((bound) => bound <= span.start),
  )
  const found = bounds.findIndex((bound) => bound >= span.end)
  const to = found < 0 ? last : found
  /** With `n` stretches more than the mention's own. */
  const around = (n: number): readonly number[] => {
    const onRight = Math.min(last - to, n - Math.min(from, n >> 1))
    const onLeft = Math.min(from, n - onRight)
    return idsOf(text.slice(bounds[from - onLeft], bounds[to + onRight]))
  }
  let best = around(0)
  if (best.length > limit) return idsOf(text.slice(span.start, span.end)).slice(0, limit)
  // A stretch is a token at least.
  let [few, many] = [0, Math.min(limit, from + last - to)]
  while (few < many) {
    const middle = (few + many + 1) >> 1
    const ids = around(middle)
    if (ids.length <= limit) [best, few] = [ids, middle]
    else many = middle - 1
  }
  return best
}
