import { isRelaxed, isSameSpan, isStrict, scorePairs, type Agreement, type PassagePair } from './detection.ts'
import type { PrecisionRecall } from './metrics.ts'

/** Figures of found mentions by how exactly they are asked for. */
export interface DetectionFigures {
  readonly strict: PrecisionRecall
  readonly relaxed: PrecisionRecall
  readonly spans: PrecisionRecall
  /** Strict, by semantic group. */
  readonly byType: Readonly<Record<string, PrecisionRecall>>
  /** Strict, by the number of words: `1`, `2`, `3`, `4+`. */
  readonly byLength: Readonly<Record<string, PrecisionRecall>>
  /** Relaxed, by the number of words; a mention counts by its own, whatever it overlaps with. */
  readonly relaxedByLength: Readonly<Record<string, PrecisionRecall>>
}

/** Figures over pairs of passages; types are counted for these groups. */
export function detectionFigures(
  pairs: readonly PassagePair[],
  groups: ReadonlySet<string>,
): DetectionFigures {
  const byLength = (agree: Agreement): Record<string, PrecisionRecall> =>
    Object.fromEntries(
      LENGTHS.map((length) => [length, scorePairs(pairs, agree, ({ text }) => lengthClass(text) === length)]),
    )
  return {
    strict: scorePairs(pairs, isStrict),
    relaxed: scorePairs(pairs, isRelaxed),
    spans: scorePairs(pairs, isSameSpan),
    byType: Object.fromEntries(
      [...groups]
        .sort()
        .map((group) => [group, scorePairs(pairs, isStrict, (mention) => mention.groups.includes(group))]),
    ),
    byLength: byLength(isStrict),
    relaxedByLength: byLength(isRelaxed),
  }
}

const LENGTHS = ['1', '2', '3', '4+']

function lengthClass(text: string): string {
  const { length } = wordsIn(text)
  return length > 3 ? '4+' : String(Math.max(1, length))
}

/** Words between blanks. */
export function wordsIn(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '')
}
