import type { Candidate, ConceptRef, KnowledgeBase, NameKind, NameMatch } from '../../core/index.ts'

/** How to retrieve. */
export interface RetrieveOptions {
  /** How many concepts at most, 0 … 64. */
  readonly limit: number
  /** Matches to leave out, for example names that only the document at hand vouches for; by default none. */
  readonly exclude?: (match: NameMatch) => boolean
}

/** A candidate with every name of its concept that matched, best first, {@link Candidate.matchedName} among them. */
export interface CandidateWithMatches extends Candidate {
  readonly matches: readonly NameMatch[]
}

/**
 * The concepts that a text may name: the fused list.
 *
 * - One entry per concept. A concept is *exact* when one of its folded names equals the folded text, else *similar*.
 * - Exact concepts come first: by `nameCount` falling, `conceptCount` falling, a preferred name before any other, id.
 * - Then similar concepts: by `lexicalScore` falling, `nameCount` falling, id.
 * - At most `limit` (≤ 64) are kept. A smaller limit gives the beginning of the longer list.
 *
 * Which name stands for an exact concept: one equal to the text verbatim, else a preferred one, else the one most
 * often seen, else the first by code units; for a similar concept the best scored, with the same order among equals.
 * `nameCount` is the sum over the concept's matches with the score of that name (for an exact concept: all its exact
 * matches), so that spellings of one folded name (`Apoptosis`, `apoptosis`) share what was seen of them, and
 * `matchedKind` is `preferred` when any of those is. Excluded matches count nowhere.
 */
export function retrieveCandidates(
  kb: KnowledgeBase,
  text: string,
  options: RetrieveOptions,
): readonly Candidate[] {
  return fuse(kb, text, options).map(({ candidate }) => candidate)
}

/** The fused list of {@link retrieveCandidates} with all matches: what the training recipe reads. */
export function retrieveWithMatches(
  kb: KnowledgeBase,
  text: string,
  options: RetrieveOptions,
): readonly CandidateWithMatches[] {
  return fuse(kb, text, options).map(({ candidate, matches }) => ({ ...candidate, matches }))
}

const MOST = 64
/** Names fetched per concept wanted: many names of one concept may fill the list. */
const NAMES_PER_CONCEPT = 2

interface Entry {
  readonly candidate: Candidate
  readonly matches: readonly NameMatch[]
}

function fuse(kb: KnowledgeBase, text: string, options: RetrieveOptions): readonly Entry[] {
  const limit = Math.min(options.limit, MOST)
  if (limit <= 0 || text.trim() === '') return []
  const allowed = (match: NameMatch): boolean => options.exclude?.(match) !== true
  const exact = byConcept(kb.exact(text).filter(allowed))
  const similar = byConcept(kb.similar(text, MOST * NAMES_PER_CONCEPT).filter(allowed))
  const first = [...exact].map(([ref, matches]) => {
    const others = similar.get(ref)?.filter((match) => !matches.some((known) => isSameName(known, match)))
    return entryOf(kb, text, { ref, exact: matches, others: others ?? [] })
  })
  const rest = [...similar]
    .filter(([ref]) => !exact.has(ref))
    .map(([ref, matches]) => entryOf(kb, text, { ref, exact: [], others: matches }))
  return [...first.sort(exactOrder), ...rest.sort(similarOrder)].slice(0, limit)
}

function byConcept(matches: readonly NameMatch[]): Map<ConceptRef, NameMatch[]> {
  const groups = new Map<ConceptRef, NameMatch[]>()
  for (const match of matches) {
    const group = groups.get(match.concept)
    if (group) group.push(match)
    else groups.set(match.concept, [match])
  }
  return groups
}

interface ConceptMatches {
  readonly ref: ConceptRef
  readonly exact: readonly NameMatch[]
  readonly others: readonly NameMatch[]
}

function entryOf(kb: KnowledgeBase, text: string, { ref, exact, others }: ConceptMatches): Entry {
  const order = (a: NameMatch, b: NameMatch): number => b.score - a.score || nameOrder(text, a, b)
  const sorted = [...[...exact].sort((a, b) => nameOrder(text, a, b)), ...[...others].sort(order)]
  const best = sorted[0] as NameMatch
  const alike = exact.length > 0 ? exact : others.filter(({ score }) => score === best.score)
  const summary = kb.summary(ref)
  const candidate: Candidate = {
    concept: ref,
    id: summary.id,
    matchedName: best.name,
    matchedKind: alike.some(({ kind }) => kind === 'preferred') ? 'preferred' : best.kind,
    preferredName: summary.name,
    lexicalScore: exact.length > 0 ? 1 : best.score,
    exact: exact.length > 0,
    nameCount: alike.reduce((sum, { count }) => sum + count, 0),
    conceptCount: kb.conceptCount(ref),
    types: summary.types,
    groups: summary.groups,
  }
  return { candidate, matches: sorted }
}

const isSameName = (a: NameMatch, b: NameMatch): boolean => a.name === b.name && a.kind === b.kind

function nameOrder(text: string, a: NameMatch, b: NameMatch): number {
  return (
    Number(b.name === text) - Number(a.name === text) ||
    Number(isPreferred(b.kind)) - Number(isPreferred(a.kind)) ||
    b.count - a.count ||
    compare(a.name, b.name)
  )
}

function exactOrder({ candidate: a }: Entry, { candidate: b }: Entry): number {
  return (
    b.nameCount - a.nameCount ||
    b.conceptCount - a.conceptCount ||
    Number(isPreferred(b.matchedKind)) - Number(isPreferred(a.matchedKind)) ||
    compare(a.id, b.id)
  )
}

function similarOrder({ candidate: a }: Entry, { candidate: b }: Entry): number {
  return b.lexicalScore - a.lexicalScore || b.nameCount - a.nameCount || compare(a.id, b.id)
}

const isPreferred = (kind: NameKind): boolean => kind === 'preferred'

/** By code units, so that the order is the same everywhere. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
