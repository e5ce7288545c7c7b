import type { Candidate, ConceptRef, KnowledgeBase, NameKind, NameMatch } from '../../core/index.ts'

/**
 * How much the cosine of vectors counts beside that of letters. Chosen on development documents: from 0.5 to 1 recall@10 of
 * the starter knowledge base and of a foreign one differ by half a point.
 */
const DENSE_WEIGHT = 0.7

/** Below this cosine two names have nothing to do with each other. */
const LEAST_NEARNESS = 0.35

/** A concept of a list with every name that matched. */
export interface Entry {
  readonly candidate: Candidate
  readonly matches: readonly NameMatch[]
}

/** Matches by their concept, in the order in which concepts come first. */
export function byConcept(matches: readonly NameMatch[]): Map<ConceptRef, NameMatch[]> {
  const groups = new Map<ConceptRef, NameMatch[]>()
  for (const match of matches) {
    const group = groups.get(match.concept)
    if (group) group.push(match)
    else groups.set(match.concept, [match])
  }
  return groups
}

/** What of a concept matched. */
export interface ConceptMatches {
  readonly ref: ConceptRef
  readonly exact: readonly NameMatch[]
  /** What is among the exact ones, too, counts once. */
  readonly others: readonly NameMatch[]
}

/** A concept as a candidate, by the name that says most. */
export function entryOf(kb: KnowledgeBase, text: string, { ref, exact, others }: ConceptMatches): Entry {
  const order = (a: NameMatch, b: NameMatch): number => scoreOf(b) - scoreOf(a) || nameOrder(text, a, b)
  const rest = others.filter((match) => !exact.some((known) => isSameName(known, match)))
  const sorted = [...[...exact].sort((a, b) => nameOrder(text, a, b)), ...rest.sort(order)]
  const best = sorted[0] as NameMatch
  const alike = exact.length > 0 ? exact : rest.filter((match) => scoreOf(match) === scoreOf(best))
  const summary = kb.summary(ref)
  const candidate: Candidate = {
    concept: ref,
    id: summary.id,
    matchedName: best.name,
    matchedKind: alike.some(({ kind }) => kind === 'preferred') ? 'preferred' : best.kind,
    preferredName: summary.name,
    lexicalScore: exact.length > 0 ? 1 : best.score,
    denseScore: best.denseScore ?? 0,
    exact: exact.length > 0,
    nameCount: alike.reduce((sum, { count }) => sum + count, 0),
    conceptCount: kb.conceptCount(ref),
    nMatches: sorted.filter(isAlike).length,
    officialScore: sorted.reduce(
      (most, match) => (match.kind === 'observed' ? most : Math.max(most, scoreOf(match))),
      0,
    ),
    types: summary.types,
    groups: summary.groups,
  }
  return { candidate, matches: sorted }
}

/** How alike a name is, in letters and in meaning. */
const fused = (score: number, denseScore: number): number => score + DENSE_WEIGHT * denseScore

const scoreOf = ({ score, denseScore = 0 }: NameMatch): number => fused(score, denseScore)

/** Whether a name is near enough in meaning to have to do with the text. */
export const isNear = ({ denseScore = 0 }: NameMatch): boolean => denseScore >= LEAST_NEARNESS

/** A concept may have been found by names that have nothing of the text. */
const isAlike = (match: NameMatch): boolean => match.score > 0 || isNear(match)

/** What puts similar candidates in order. */
export const fusedScore = ({ lexicalScore, denseScore }: Candidate): number => fused(lexicalScore, denseScore)

/** Whether two matches are one name. */
const isSameName = (a: NameMatch, b: NameMatch): boolean => a.name === b.name && a.kind === b.kind

function nameOrder(text: string, a: NameMatch, b: NameMatch): number {
  return (
    Number(b.name === text) - Number(a.name === text) ||
    Number(isPreferred(b.kind)) - Number(isPreferred(a.kind)) ||
    b.count - a.count ||
    compare(a.name, b.name)
  )
}

/** The order of concepts with an equal name. */
export function exactOrder({ candidate: a }: Entry, { candidate: b }: Entry): number {
  return (
    b.nameCount - a.nameCount ||
    b.conceptCount - a.conceptCount ||
    Number(isPreferred(b.matchedKind)) - Number(isPreferred(a.matchedKind)) ||
    compare(a.id, b.id)
  )
}

/** The order of the others. */
export function similarOrder({ candidate: a }: Entry, { candidate: b }: Entry): number {
  return fusedScore(b) - fusedScore(a) || b.nameCount - a.nameCount || compare(a.id, b.id)
}

const isPreferred = (kind: NameKind): boolean => kind === 'preferred'

/** By code units, so that the order is the same everywhere. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
