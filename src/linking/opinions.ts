import type { ConceptRef, Link, LinkedPassage, Mention, RankedCandidate } from '../core/index.ts'
import { areSame, remembered } from './remembered.ts'

/** What is thought of one mention. */
export interface Opinion {
  readonly link: Link
  readonly belief: Belief
}

/** How probable concepts are. What is left to 1 is "none of these". */
export interface Belief {
  /** Each once. */
  readonly concepts: readonly ConceptRef[]
  /** In the same order, 0 … 1. */
  readonly probabilities: readonly number[]
}

/** Revises what is thought of the mentions of a document; gives as many, in the same order. */
export type Revision = (opinions: readonly Opinion[]) => readonly Opinion[]

/**
 * The passages with what the revisions, one after the other, make of their links. Links, and passages, of which nothing
 * changes stay the same objects; the others are made once, after the last revision, and not again until their outcome is
 * another: this runs over a whole document at every edit, and a link has dozens of candidates.
 */
export function revise(
  passages: readonly LinkedPassage[],
  ...revisions: readonly Revision[]
): readonly LinkedPassage[] {
  const [start] = passages
  const last = start && lastOf.get(start)
  if (last && areSame(last.passages, passages) && areSame(last.revisions, revisions)) return last.revised
  const opinions = revised(passages, revisions)
  let at = 0
  const whole = passages.map((linked) => {
    const first = at
    at += linked.links.length
    return settledPassage(linked, (i) => opinions[first + i]?.belief)
  })
  if (start) lastOf.set(start, { passages, revisions, revised: whole })
  return whole
}

/** What became of the passages of a document. */
interface Revised {
  readonly passages: readonly LinkedPassage[]
  readonly revisions: readonly Revision[]
  readonly revised: readonly LinkedPassage[]
}

/** By the first passage of a document: the answer for all of them when they were last asked about. */
const lastOf = new WeakMap<LinkedPassage, Revised>()

/** The first of the passages as {@link revise} would give it, without the work that the others take. */
export function reviseFirst(
  passages: readonly LinkedPassage[],
  ...revisions: readonly Revision[]
): LinkedPassage | undefined {
  const [first] = passages
  const opinions = first ? revised(passages, revisions) : []
  return first && settledPassage(first, (i) => opinions[i]?.belief)
}

function revised(passages: readonly LinkedPassage[], revisions: readonly Revision[]): readonly Opinion[] {
  let opinions: readonly Opinion[] = passages.flatMap(({ links }) => links.map(opinionOf))
  for (const revision of revisions) opinions = revision(opinions)
  return opinions
}

const opinionOf = remembered((link: Link): Opinion => ({ link, belief: beliefIn(link.candidates) }))

const beliefIn = remembered((candidates: Link['candidates']): Belief => {
  const ranked = rankedOf(candidates)
  return {
    concepts: ranked.map(({ concept }) => concept),
    probabilities: ranked.map(({ probability }) => probability),
  }
})

/** The candidates that were ranked: they come first, and have a probability. */
function rankedOf(candidates: Link['candidates']): readonly RankedCandidate[] {
  const end = candidates.findIndex(({ probability }) => probability === 0)
  return end < 0 ? candidates : candidates.slice(0, end)
}

function settledPassage(
  linked: LinkedPassage,
  beliefAt: (index: number) => Belief | undefined,
): LinkedPassage {
  const known = settledPassages.get(linked)
  const links = linked.links.map((link, i) => settled(link, beliefAt(i) ?? beliefIn(link.candidates)))
  if (areSame(links, linked.links)) return linked
  if (known && areSame(links, known.links)) return known
  const passage = { ...linked, links }
  settledPassages.set(linked, passage)
  return passage
}

const settledPassages = new WeakMap<LinkedPassage, LinkedPassage>()

/** What became of a link, and of what. */
interface Settlement {
  readonly link: Link
  readonly belief: Belief
  readonly settled: Link
}

const settlements = new WeakMap<Mention, Settlement>()

/** The link with its candidates in their new order, ties in the old one, and the choice that follows. */
function settled(link: Link, belief: Belief): Link {
  if (isSame(beliefIn(link.candidates), belief)) return link
  const known = settlements.get(link.mention)
  const isKnown = known?.link.candidates === link.candidates && isSame(known.belief, belief)
  if (isKnown && known.link === link) return known.settled
  const { mention, source, chosenBy } = link
  const outcome = isKnown ? outcomeOf(known.settled) : decided(link.candidates, belief)
  const made = { mention, source, chosenBy, ...outcome }
  settlements.set(mention, { link, belief, settled: made })
  return made
}

function isSame(a: Belief, b: Belief): boolean {
  if (a === b) return true
  return (
    areSame(a.probabilities, b.probabilities) &&
    (a.concepts === b.concepts || areSame(a.concepts, b.concepts))
  )
}

type Outcome = Pick<Link, 'candidates' | 'chosen' | 'probability'>

const outcomeOf = ({ candidates, chosen, probability }: Link): Outcome => ({
  candidates,
  ...(chosen === undefined ? {} : { chosen }),
  probability,
})

function decided(candidates: Link['candidates'], { concepts, probabilities }: Belief): Outcome {
  const probabilityOf = new Map(concepts.map((concept, i) => [concept, probabilities[i] ?? 0]))
  const ranked = rankedOf(candidates)
  const rest = candidates.slice(ranked.length)
  const isNew = ({ concept }: RankedCandidate) => probabilityOf.has(concept)
  const raised = ranked.filter(isNew).length < concepts.length ? rest.filter(isNew) : []
  const first = [...ranked, ...raised]
    .map((candidate) => ({ ...candidate, probability: probabilityOf.get(candidate.concept) ?? 0 }))
    .sort((a, b) => b.probability - a.probability)
  const [best] = first
  const none = Math.max(0, 1 - first.reduce((sum, { probability }) => sum + probability, 0))
  const isNone = !best || none > best.probability
  return {
    candidates: first.concat(raised.length > 0 ? rest.filter((one) => !isNew(one)) : rest),
    ...(isNone ? {} : { chosen: best.id }),
    probability: isNone ? none : best.probability,
  }
}
