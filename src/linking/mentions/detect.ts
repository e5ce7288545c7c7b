import type { ConceptFilter, KnowledgeBase, Mention, MentionOrigin, Span } from '../../core/index.ts'
import type { ScoredSpan, TextAnalysis } from '../../inference/index.ts'
import { fold } from '../../knowledge/index.ts'
import { expandText, usesOf } from './abbreviations.ts'
import type { Abbreviations } from './abbreviations.ts'
import { generalWords } from './commonWords.ts'
import { dictionaryMatches } from './dictionary.ts'
import { groupShares, opinionOf, taggedSpans, taggedWords } from './tagger.ts'
import type { TaggedWords } from './tagger.ts'
import { singularForms } from './variants.ts'
import { wordsOf } from './words.ts'

/** How mentions are found. */
export interface DetectionRules {
  /** Heads of the tagger that count; names the model does not have are ignored. */
  readonly heads: readonly string[]
  readonly useTagger: boolean
  readonly useDictionary: boolean
  readonly hideGeneralWords: boolean
  /** Semantic groups whose names the dictionary proposes, and those without a known group; all when `undefined`. */
  readonly dictionaryGroups?: readonly string[] | undefined
  /** Concepts whose names the dictionary proposes; all when `undefined`. */
  readonly accepts?: ConceptFilter | undefined
  /** Semantic groups of the tagger that count; all when `undefined`. A name of the dictionary counts all the same. */
  readonly mentionGroups?: ReadonlySet<string> | undefined
  /** The least probability of a tagged mention, 0 … 1. */
  readonly tagThreshold: number
}

/** What mentions are found in. */
export interface DetectionInput {
  readonly text: string
  /** Index of the passage in its document, for the abbreviations. */
  readonly passage: number
  readonly knowledgeBase: KnowledgeBase
  /** The document's abbreviations; `undefined` expands nothing. */
  readonly abbreviations?: Abbreviations | undefined
  /** `undefined` when there is no model. */
  readonly analysis?: TextAnalysis | undefined
  /** Spans of the types that the author named: chosen, not overlapping. */
  readonly named?: readonly ScoredSpan[] | undefined
  /** Spans that the author made mentions. */
  readonly author?: readonly AuthorSpan[]
}

/** A span that the author made a mention. */
export interface AuthorSpan extends Span {
  /**
   * Whether the author marked this very place: then it wins over everything. Else it has the words of a mark made
   * elsewhere: then it is a sure mention that may still lie in a longer one.
   */
  readonly here: boolean
}

/** Why a proposal is not a mention. */
export type Rejection =
  | { readonly kind: 'general-word' }
  | { readonly kind: 'unlikely'; readonly probability: number; readonly threshold: number }
  | { readonly kind: 'other-type'; readonly group: string }
  | { readonly kind: 'overlap'; readonly winner: Span }

/** A stretch that some detector proposed, and what became of it. */
export interface Proposal extends Span {
  readonly origins: readonly MentionOrigin[]
  readonly group?: string
  readonly namedType?: string
  readonly probability?: number
  readonly nWords: number
  /** The author marked this very place. */
  readonly settled?: boolean
  /** `undefined` for those that are mentions. */
  readonly rejection?: Rejection
}

/**
 * A name that the tagger did not mark needs only this part of the tagger's threshold, because the knowledge base
 * vouches for it.
 */
const DICTIONARY_SHARE = 0.6

/**
 * Everything that any detector proposes, with the reasons of those that are no mentions; sorted by start, then end.
 *
 * - The tagger proposes its spans, the dictionary every name, abbreviations their uses, GLiNER what is of a type
 *   that the author named, the author what he marked. Proposals of one span are one, with all origins.
 * - With a model, a tagged span needs the threshold, any other the larger part of it by the tagger's opinion.
 * - General words alone are no mentions while they are hidden.
 * - What is of a named type needs no more: its threshold was applied, and who asks for "assay" wants the word itself, too.
 * - Of overlapping ones the strongest wins: what the author marked here, then by probability (1 without a model) times the square
 *   root of the number of words, so that of equally probable ones the longer wins; ties to the earlier.
 */
export function proposeMentions(input: DetectionInput, rules: DetectionRules): Proposal[] {
  const heads = rules.useTagger ? headsOf(input.analysis, rules.heads) : []
  const judged = merged([
    ...(input.author ?? []).map((span) => authorProposal(input.text, span)),
    ...(input.named ?? []).map((span) => namedProposal(input.text, span)),
    ...(rules.useTagger ? heads.flatMap(taggerProposals) : []),
    ...(rules.useDictionary ? dictionaryProposals(input, rules) : []),
  ])
    .map((one) => withOpinion(one, heads))
    .map((one) => reject(one, firstRejection(input.text, one, rules)))
  return settle(judged)
}

/** The mentions among the proposals: sorted, not overlapping. */
export function detectMentions(input: DetectionInput, rules: DetectionRules): Mention[] {
  return proposeMentions(input, rules)
    .filter(({ rejection }) => rejection === undefined)
    .map((one) => mentionOf(input, one))
}

/** A mention of somebody else's span: with its expansion, and the tagger's group when none is given. */
export function givenMention(
  input: DetectionInput,
  given: { readonly span: Span; readonly group?: string; readonly origin: MentionOrigin },
  heads: readonly string[],
): Mention {
  const opinions = headsOf(input.analysis, heads).map((tagged) => opinionOf(tagged, given.span))
  const group = given.group ?? opinions.sort((a, b) => b.probability - a.probability)[0]?.group
  return mentionOf(input, {
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

function headsOf(analysis: TextAnalysis | undefined, names: readonly string[]): TaggedWords[] {
  return (analysis?.heads ?? [])
    .filter((head) => names.includes(head.name))
    .map((head) => taggedWords(analysis as TextAnalysis, head))
}

function taggerProposals(tagged: TaggedWords): Proposal[] {
  return taggedSpans(tagged).map((span) => ({ ...span, origins: ['tagger'] }))
}

function dictionaryProposals(
  { text, knowledgeBase, abbreviations, passage }: DetectionInput,
  { dictionaryGroups: groups, accepts }: DetectionRules,
): Proposal[] {
  const matches = dictionaryMatches(knowledgeBase, text, { groups, accepts })
  const names = matches.map((match) => proposal(text, match, 'dictionary'))
  if (!abbreviations) return names
  const uses = usesOf(abbreviations, text, passage).filter((use) => isKnown(knowledgeBase, use.long))
  return [...names, ...uses.map((use) => proposal(text, use, 'abbreviation'))]
}

function isKnown(kb: KnowledgeBase, long: string): boolean {
  const folded = fold(long)
  return kb.hasName(folded) || singularForms(folded, long).some((form) => kb.hasName(form.folded))
}

function proposal(text: string, { start, end }: Span, origin: MentionOrigin): Proposal {
  return { start, end, origins: [origin], nWords: Math.max(1, wordsOf(text.slice(start, end)).length) }
}

function authorProposal(text: string, { here, ...span }: AuthorSpan): Proposal {
  return { ...proposal(text, span, 'author'), settled: here }
}

function namedProposal(text: string, { label, probability, ...span }: ScoredSpan): Proposal {
  return { ...proposal(text, span, 'named-type'), namedType: label, probability }
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
      const namedType = known.namedType ?? one.namedType
      const origins = [...new Set([...known.origins, ...one.origins])]
      bySpan.set(key, { ...better, settled, origins, ...(namedType === undefined ? {} : { namedType }) })
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

function firstRejection(text: string, one: Proposal, rules: DetectionRules): Rejection | undefined {
  if (one.origins.includes('author') || one.origins.includes('named-type')) return undefined
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
  { abbreviations, knowledgeBase, passage }: DetectionInput,
  text: string,
): string | undefined {
  if (!abbreviations) return undefined
  const whole = abbreviations.expand(text, passage)
  if (whole !== undefined) return whole
  const expanded = expandText(abbreviations, text, passage)
  return expanded !== undefined && isKnown(knowledgeBase, text) ? undefined : expanded
}

function mentionOf(input: DetectionInput, one: Proposal): Mention {
  const text = input.text.slice(one.start, one.end)
  const expansion = expansionOf(input, text)
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
