import { fold, otherSpellings } from '../../knowledge/index.ts'
import { allSteps } from '../../core/index.ts'
import type { Candidate, ConceptFilter, KnowledgeBase, NameMatch, Steps } from '../../core/index.ts'
import { byConcept, entryOf, exactOrder, isNear, similarOrder } from './entries.ts'
import type { Entry } from './entries.ts'

/** How to retrieve. */
export interface RetrieveOptions {
  /** How many concepts at most, 0 … 64. */
  readonly limit: number
  /** Matches to leave out, for example names that only the document at hand vouches for; by default none. */
  readonly exclude?: (match: NameMatch) => boolean
  /** Which concepts may be candidates; by default all. The list holds the best of them. */
  readonly accepts?: ConceptFilter | undefined
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
 * - Then similar concepts: by `lexicalScore` + 0.7 · `denseScore` falling, `nameCount` falling, id. They come from the 128 names
 *   most like the text in letters and, where nothing is exact and the knowledge base has vectors, from the 24 nearest in
 *   meaning, as far as their cosine is 0.35 or more.
 *   Where nothing is exact, names that are the text in another spelling ({@link otherSpellings}) have both scores at 0.97.
 * - Where these hold fewer concepts, those of the next names like the text in letters follow in the same order, until there
 *   are 64 or none is left that shares a 3-gram with it.
 * - At most `limit` (≤ 64) are kept. A smaller limit gives the beginning of the longer list.
 *
 * Which name stands for an exact concept: one equal to the text verbatim, else a preferred one, else the one most
 * often seen, else the first by code units; for a similar concept the one with the highest sum of scores, with the same
 * order among equals.
 * `nameCount` is the sum over the concept's matches with that sum of scores (for an exact concept: all its exact
 * matches), so that spellings of one folded name (`Apoptosis`, `apoptosis`) share what was seen of them, and
 * `matchedKind` is `preferred` when any of those is. Excluded matches count nowhere.
 */
export function retrieveCandidates(
  kb: KnowledgeBase,
  text: string,
  options: RetrieveOptions,
): readonly Candidate[] {
  return allSteps(retrieveInSteps(kb, text, options))
}

/** {@link retrieveCandidates} in steps: names alike in letters, those alike in meaning, and what is made of both. */
export function* retrieveInSteps(
  kb: KnowledgeBase,
  text: string,
  options: RetrieveOptions,
): Steps<readonly Candidate[]> {
  return (yield* fuse(kb, text, options)).map(({ candidate }) => candidate)
}

/** The fused list of {@link retrieveCandidates} with all matches: what the training recipe reads. */
export function retrieveWithMatches(
  kb: KnowledgeBase,
  text: string,
  options: RetrieveOptions,
): readonly CandidateWithMatches[] {
  return allSteps(fuse(kb, text, options)).map(({ candidate, matches }) => ({ ...candidate, matches }))
}

const MOST = 64
/** Names fetched per concept wanted; more when many names of few concepts fill the list. */
const NAMES_PER_CONCEPT = 2
const MORE = 1.5
/** Names fetched because they are alike in meaning, where no name is exact: then they bring nothing more. */
const NEAREST_NAMES = 24
/** Both scores of a name that differs from the text by spelling alone. */
const OTHER_SPELLING = 0.97

function* fuse(kb: KnowledgeBase, text: string, options: RetrieveOptions): Steps<readonly Entry[]> {
  const limit = Math.min(options.limit, MOST)
  if (limit <= 0 || text.trim() === '') return []
  const { exclude, accepts } = options
  const allowed = (match: NameMatch): boolean =>
    exclude?.(match) !== true && accepts?.(match.concept) !== false
  const exact = byConcept(kb.exact(text).filter(allowed))
  let asked = MOST * NAMES_PER_CONCEPT
  let names = kb.similar(text, asked, accepts)
  yield
  const added = exact.size > 0 ? [] : [...nearNames(kb, text, accepts), ...namesInOtherSpellings(kb, text)]
  if (added.length > 0) yield
  const similar = byConcept(withoutRepeats([...names, ...added]).filter(allowed))
  const first = [...exact].map(([ref, matches]) =>
    entryOf(kb, text, { ref, exact: matches, others: similar.get(ref) ?? [] }),
  )
  const rest = [...similar]
    .filter(([ref]) => !exact.has(ref))
    .map(([ref, matches]) => entryOf(kb, text, { ref, exact: [], others: matches }))
  const entries = [...first.sort(exactOrder), ...rest.sort(similarOrder)]
  const known = new Set([...exact.keys(), ...similar.keys()])
  while (entries.length < limit && names.length === asked) {
    yield
    const before = asked
    asked = Math.ceil(asked * MORE)
    names = kb.similar(text, asked, accepts)
    const more = byConcept(names.slice(before).filter((one) => allowed(one) && !known.has(one.concept)))
    const further = [...more].map(([ref, matches]) => entryOf(kb, text, { ref, exact: [], others: matches }))
    entries.push(...further.sort(similarOrder))
    for (const ref of more.keys()) known.add(ref)
  }
  return entries.slice(0, limit)
}

/** Names that are the text in another spelling: as good as a likeness of {@link OTHER_SPELLING}. */
function namesInOtherSpellings(kb: KnowledgeBase, text: string): NameMatch[] {
  const names = otherSpellings(fold(text)).flatMap((spelling) => kb.exact(spelling))
  return names.map((match) => ({
    ...match,
    score: OTHER_SPELLING,
    ...(match.denseScore === undefined ? {} : { denseScore: OTHER_SPELLING }),
  }))
}

function nearNames(kb: KnowledgeBase, text: string, accepts: RetrieveOptions['accepts']): NameMatch[] {
  return kb.nearest(text, NEAREST_NAMES, accepts).filter(isNear)
}

/** Names found in both ways count once. */
function withoutRepeats(matches: readonly NameMatch[]): readonly NameMatch[] {
  const keyOf = ({ concept, kind, name }: NameMatch): string => `${String(concept)} ${kind} ${name}`
  return [...new Map(matches.map((match) => [keyOf(match), match])).values()]
}
