import type { ConceptRef, LinkedManuscript, Span } from '../core/index.ts'
import type { CorpusDocument, GoldMention } from './corpora.ts'
import { precisionRecall, type MatchCounts, type PrecisionRecall } from './metrics.ts'

/** A mention that was found, or should have been. */
export interface FoundMention {
  readonly span: Span
  readonly text: string
  readonly groups: readonly string[]
  /** Concepts it is linked to, or any of which would be right; empty for none. */
  readonly refs: ReadonlySet<ConceptRef>
}

/** Gold and predicted mentions of one passage. */
export interface PassagePair {
  readonly gold: readonly FoundMention[]
  readonly predicted: readonly FoundMention[]
}

/** Whether a predicted mention counts as the gold one. */
export type Agreement = (gold: FoundMention, predicted: FoundMention) => boolean

/** Same span and a group in common. */
export const isStrict: Agreement = (gold, predicted) =>
  isSameSpan(gold, predicted) && sharesGroup(gold, predicted)
/** Overlap and a group in common. */
export const isRelaxed: Agreement = (gold, predicted) =>
  overlaps(gold.span, predicted.span) && sharesGroup(gold, predicted)
/** Same span, whatever the group. */
export const isSameSpan: Agreement = (gold, predicted) =>
  gold.span.start === predicted.span.start && gold.span.end === predicted.span.end
/** Same span and a right concept. */
export const isSameConcept: Agreement = (gold, predicted) =>
  isSameSpan(gold, predicted) && sharesConcept(gold, predicted)
/** Overlap and a right concept. */
export const isNearConcept: Agreement = (gold, predicted) =>
  overlaps(gold.span, predicted.span) && sharesConcept(gold, predicted)

/** A gold mention without a known type agrees with any. */
function sharesGroup(gold: FoundMention, predicted: FoundMention): boolean {
  return gold.groups.length === 0 || gold.groups.some((group) => predicted.groups.includes(group))
}

function sharesConcept(gold: FoundMention, predicted: FoundMention): boolean {
  return [...predicted.refs].some((ref) => gold.refs.has(ref))
}

function overlaps(a: Span, b: Span): boolean {
  return a.start < b.end && b.start < a.end
}

/**
 * Precision, recall and F1 over passages: a prediction is right when some gold mention agrees with it, a gold mention
 * is found when some prediction agrees with it.
 */
export function scorePairs(
  pairs: readonly PassagePair[],
  agree: Agreement,
  counts?: (mention: FoundMention) => boolean,
): PrecisionRecall {
  return precisionRecall(pairs.reduce((sum, pair) => added(sum, countPair(pair, agree, counts)), NOTHING))
}

const NOTHING: MatchCounts = { nPredicted: 0, nRight: 0, nGold: 0, nFound: 0 }

/** Counts one passage; `counts` restricts which mentions count, not which may agree with them. */
export function countPair(
  { gold, predicted }: PassagePair,
  agree: Agreement,
  counts: (mention: FoundMention) => boolean = () => true,
): MatchCounts {
  const countedGold = gold.filter(counts)
  const countedPredictions = predicted.filter(counts)
  return {
    nPredicted: countedPredictions.length,
    nRight: countedPredictions.filter((one) => gold.some((other) => agree(other, one))).length,
    nGold: countedGold.length,
    nFound: countedGold.filter((one) => predicted.some((other) => agree(one, other))).length,
  }
}

function added(a: MatchCounts, b: MatchCounts): MatchCounts {
  return {
    nPredicted: a.nPredicted + b.nPredicted,
    nRight: a.nRight + b.nRight,
    nGold: a.nGold + b.nGold,
    nFound: a.nFound + b.nFound,
  }
}

/** The longest of nested or overlapping gold mentions, as one passage's links never overlap. */
export function withoutNested<T extends { readonly span: Span }>(mentions: readonly T[]): T[] {
  const kept: T[] = []
  const longestFirst = [...mentions].sort((a, b) => lengthOf(b) - lengthOf(a) || a.span.start - b.span.start)
  for (const mention of longestFirst)
    if (!kept.some(({ span }) => overlaps(span, mention.span))) kept.push(mention)
  return kept.sort((a, b) => a.span.start - b.span.start)
}

function lengthOf({ span }: { readonly span: Span }): number {
  return span.end - span.start
}

/** What pairs gold and predictions of a document needs to know. */
export interface Pairing {
  /** Groups that count: gold mentions typed otherwise and predictions of other groups are left out. */
  readonly groups: ReadonlySet<string>
  readonly refsOf: (mention: GoldMention) => ReadonlySet<ConceptRef>
  /** Which links count as predictions. */
  readonly isPredicted: (link: LinkedManuscript['passages'][number]['links'][number]) => boolean
}

/** Gold and predicted mentions of a document, passage by passage. */
export function pairUp(
  { mentions }: CorpusDocument,
  linked: LinkedManuscript,
  pairing: Pairing,
): PassagePair[] {
  return linked.passages.map(({ links }, i) => {
    const gold = (mentions[i] ?? []).map((mention) => ({ ...mention, refs: pairing.refsOf(mention) }))
    const predicted = links.filter(pairing.isPredicted).map((link): FoundMention => {
      const { mention } = link
      const chosen = link.candidates.find(({ id }) => id === link.chosen)
      const groups = mention.group === undefined ? (chosen ?? link.candidates[0])?.groups : [mention.group]
      return {
        span: mention.span,
        text: mention.text,
        groups: groups ?? [],
        refs: new Set(chosen && [chosen.concept]),
      }
    })
    return pairOf(gold, predicted, pairing.groups)
  })
}

/** What counts of a passage: mentions of these groups, and of gold mentions also those without a known one, the longest of nested. */
export function pairOf(
  gold: readonly FoundMention[],
  predicted: readonly FoundMention[],
  groups: ReadonlySet<string>,
): PassagePair {
  const isCounted = (mention: FoundMention): boolean => mention.groups.some((group) => groups.has(group))
  const counted = gold.filter((mention) => mention.groups.length === 0 || isCounted(mention))
  return { gold: withoutNested(counted), predicted: predicted.filter(isCounted) }
}
