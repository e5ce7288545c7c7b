import type { KnowledgeBase, Mention, MentionOrigin, Span } from '../../core/index.ts'
import type { TextAnalysis } from '../../inference/index.ts'
import { fold } from '../../knowledge/index.ts'
import { expandText } from './abbreviations.ts'
import { generalWords } from './commonWords.ts'
import type { PassageToRead } from './detector.ts'
import { isKnown } from './knownName.ts'
import type { Proposal, Rejection } from './proposal.ts'
import { groupShares, headsOf, opinionOf, taggedWords } from './tagger.ts'
import type { TaggedWords } from './tagger.ts'
import { singularForms } from './variants.ts'

/** What is decided about proposals by. */
export interface JudgingRules {
  /** Heads of the tagger whose opinion counts, also on spans that it did not mark; none when it takes no part. */
  readonly heads: readonly string[]
  readonly hideGeneralWords: boolean
  /** Semantic groups of the tagger that count; all when `undefined`. A name of the dictionary counts all the same. */
  readonly mentionGroups?: ReadonlySet<string> | undefined
  /** The least probability of a tagged mention, 0 … 1. */
  readonly tagThreshold: number
}

/** What mentions stand in. */
export interface MentionContext extends Pick<PassageToRead, 'text' | 'passage' | 'abbreviations'> {
  readonly knowledgeBase: KnowledgeBase
  /** `undefined` when there is no model. */
  readonly analysis?: TextAnalysis | undefined
}

/**
 * A name that the tagger did not mark needs only this part of the tagger's threshold, because the knowledge base
 * vouches for it.
 */
const DICTIONARY_SHARE = 0.6

/**
 * What becomes of the proposals of all detectors: those that are no mentions get the reason. Sorted by start, then end.
 *
 * - Proposals of one span are one, with all origins.
 * - With a model, a tagged span needs the threshold, any other the larger part of it by the tagger's opinion.
 * - General words alone are no mentions while they are hidden.
 * - What its detector vetted needs no more: who asks for "assay" wants the word itself, too.
 * - Of overlapping ones the strongest wins: what the author marked here, then by probability (1 without a model) times the square
 *   root of the number of words, so that of equally probable ones the longer wins; ties to the earlier.
 */
export function judge(
  proposals: readonly Proposal[],
  { text, analysis }: Pick<MentionContext, 'text' | 'analysis'>,
  rules: JudgingRules,
): Proposal[] {
  const heads = headsOf(analysis, rules.heads)
  const judged = merged(proposals)
    .map((one) => withOpinion(one, heads))
    .map((one) => reject(one, firstRejection(text, one, rules)))
  return settle(judged)
}

/** The mentions among judged proposals: sorted, not overlapping. */
export function mentionsAmong(judged: readonly Proposal[], context: MentionContext): Mention[] {
  return judged.filter(({ rejection }) => rejection === undefined).map((one) => mentionOf(context, one))
}

/** A mention of somebody else's span: with its expansion, and the tagger's group when none is given. */
export function givenMention(
  context: MentionContext,
  given: { readonly span: Span; readonly group?: string; readonly origin: MentionOrigin },
  heads: readonly string[],
): Mention {
  const opinions = headsOf(context.analysis, heads).map((tagged) => opinionOf(tagged, given.span))
  const group = given.group ?? opinions.sort((a, b) => b.probability - a.probability)[0]?.group
  return mentionOf(context, {
    ...given.span,
    origins: [given.origin],
    nWords: 1,
    ...(group === undefined ? {} : { group }),
  })
}

/** How probable the tagger finds each semantic group for spans of a text, by the model's first convention. */
export function groupSharesIn(
  analysis: TextAnalysis,
): (span: Span) => Readonly<Record<string, number>> | undefined {
  const [head] = analysis.heads
  const tagged = head && taggedWords(analysis, head)
  return (span) => tagged && groupShares(tagged, span)
}

/** Whether a text is one general word, or the plural of one. */
export function isGeneralWord(text: string): boolean {
  const folded = fold(text)
  return generalWords.has(folded) || singularForms(folded, text).some((form) => generalWords.has(form.folded))
}

/** One proposal per span: the most probable says group and probability, origins are joined. */
function merged(proposals: readonly Proposal[]): Proposal[] {
  const bySpan = new Map<string, Proposal>()
  for (const one of proposals) {
    const key = `${String(one.start)}-${String(one.end)}`
    const known = bySpan.get(key)
    if (!known) bySpan.set(key, one)
    else {
      const better = (one.probability ?? -1) > (known.probability ?? -1) ? one : known
      const settled = known.settled === true || one.settled === true
      const vetted = known.vetted === true || one.vetted === true
      const namedType = known.namedType ?? one.namedType
      const origins = [...new Set([...known.origins, ...one.origins])]
      bySpan.set(key, {
        ...better,
        settled,
        vetted,
        origins,
        ...(namedType === undefined ? {} : { namedType }),
      })
    }
  }
  return [...bySpan.values()].sort((a, b) => a.start - b.start || a.end - b.end)
}

function withOpinion(one: Proposal, heads: readonly TaggedWords[]): Proposal {
  if (heads.length === 0 || one.probability !== undefined) return one
  const opinion = heads
    .map((tagged) => opinionOf(tagged, one))
    .sort((a, b) => b.probability - a.probability)[0]
  if (!opinion) return one
  const { probability, group } = opinion
  return { ...one, probability, ...(group === undefined ? {} : { group }) }
}

function firstRejection(text: string, one: Proposal, rules: JudgingRules): Rejection | undefined {
  if (one.vetted === true) return undefined
  if (rules.hideGeneralWords && isGeneralWord(text.slice(one.start, one.end))) return { kind: 'general-word' }
  const { group } = one
  if (group !== undefined && !one.origins.includes('dictionary') && rules.mentionGroups?.has(group) === false)
    return { kind: 'other-type', group }
  if (one.probability === undefined) return undefined
  const tagged = one.origins.includes('tagger')
  const threshold = tagged ? rules.tagThreshold : rules.tagThreshold * DICTIONARY_SHARE
  return one.probability < threshold
    ? { kind: 'unlikely', probability: one.probability, threshold }
    : undefined
}

function settle(proposals: readonly Proposal[]): Proposal[] {
  const winners: Proposal[] = []
  const lost = new Map<Proposal, Proposal>()
  const alive = proposals.filter(({ rejection }) => rejection === undefined)
  for (const one of [...alive].sort(
    (a, b) => strength(b) - strength(a) || a.start - b.start || b.end - a.end,
  )) {
    const winner = winners.find((other) => other.start < one.end && one.start < other.end)
    if (winner) lost.set(one, winner)
    else winners.push(one)
  }
  return proposals.map((one) => {
    const winner = lost.get(one)
    return reject(one, winner && { kind: 'overlap', winner: { start: winner.start, end: winner.end } })
  })
}

const strength = (one: Proposal): number =>
  one.settled === true
    ? Infinity
    : (one.origins.includes('author') ? 1 : (one.probability ?? 1)) * Math.sqrt(one.nWords)

const reject = (one: Proposal, rejection: Rejection | undefined): Proposal =>
  rejection ? { ...one, rejection } : one

/** What a mention is looked up by when it is or holds a short form. What has a name as it stands needs no writing out. */
function expansionOf(
  { abbreviations, knowledgeBase, passage }: MentionContext,
  text: string,
): string | undefined {
  if (!abbreviations) return undefined
  const whole = abbreviations.expand(text, passage)
  if (whole !== undefined) return whole
  const expanded = expandText(abbreviations, text, passage)
  return expanded !== undefined && isKnown(knowledgeBase, text) ? undefined : expanded
}

function mentionOf(context: MentionContext, one: Proposal): Mention {
  const text = context.text.slice(one.start, one.end)
  const expansion = expansionOf(context, text)
  return {
    span: { start: one.start, end: one.end },
    text,
    origins: one.origins,
    ...(expansion === undefined ? {} : { expansion }),
    ...(one.group === undefined ? {} : { group: one.group }),
    ...(one.namedType === undefined ? {} : { namedType: one.namedType }),
    ...(one.probability === undefined ? {} : { probability: one.probability }),
  }
}
