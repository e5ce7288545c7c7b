import type { LinkedManuscript, RankedCandidate, Span } from '../../../core/index.ts'
import { seededRandom, shuffled } from '../../../linking/index.ts'

/** A mention whose candidates are shown in several orders. */
export interface OrderMention {
  readonly span: Span
  readonly text: string
  readonly expansion?: string
  /** In the order in which they are shown. */
  readonly candidates: readonly RankedCandidate[]
}

/** A text with its mentions. */
export interface OrderCase {
  readonly text: string
  readonly mentions: readonly OrderMention[]
}

/** Candidates that are shown of a mention. */
const SHOWN = 7

/**
 * Mentions of linked manuscripts that have something to choose from, in reading order, at most so many: those that a manuscript
 * repeats count once.
 */
export function casesOf(manuscripts: readonly LinkedManuscript[], most: number): readonly OrderCase[] {
  const seen = new Set<string>()
  const cases: OrderCase[] = []
  for (const { passage, links } of manuscripts.flatMap(({ passages }) => passages)) {
    const mentions = links.flatMap(({ mention, candidates }): OrderMention[] => {
      const { span, text, expansion } = mention
      if (candidates.length < 2 || seen.size >= most || seen.has(text)) return []
      seen.add(text)
      const shown = candidates.slice(0, SHOWN)
      return [{ span, text, candidates: shown, ...(expansion === undefined ? {} : { expansion }) }]
    })
    if (mentions.length > 0) cases.push({ text: passage.text, mentions })
  }
  return cases
}

/** The same with every mention's candidates in another order, which the seed decides. */
export function reordered(cases: readonly OrderCase[], seed: number): readonly OrderCase[] {
  const random = seededRandom(seed)
  return cases.map(({ text, mentions }) => ({
    text,
    mentions: mentions.map((mention) => ({ ...mention, candidates: shuffled(mention.candidates, random) })),
  }))
}
