import type { Link, LinkedPassage, RankedCandidate } from '../core/index.ts'

/** What is thought of one mention: how probable each concept is that it was ranked with. What is left to 1 is "none of these". */
export interface Opinion {
  readonly link: Link
  readonly probabilities: ReadonlyMap<string, number>
}

/** Revises what is thought of the mentions of a document; gives as many, in the same order. */
export type Revision = (opinions: readonly Opinion[]) => readonly Opinion[]

/**
 * The passages with what the revisions, one after the other, make of their links. Links, and passages, of which nothing
 * changes stay the same objects; the others are made once, after the last revision: this runs over a whole document at
 * every edit, and a link has dozens of candidates.
 */
export function revise(
  passages: readonly LinkedPassage[],
  ...revisions: readonly Revision[]
): readonly LinkedPassage[] {
  const opinions = revised(passages, revisions)
  let at = 0
  return passages.map((linked) => settledPassage(linked, opinions.slice(at, (at += linked.links.length))))
}

/** The first of the passages as {@link revise} would give it, without the work that the others take. */
export function reviseFirst(
  passages: readonly LinkedPassage[],
  ...revisions: readonly Revision[]
): LinkedPassage | undefined {
  const [first] = passages
  return first && settledPassage(first, revised(passages, revisions))
}

function revised(passages: readonly LinkedPassage[], revisions: readonly Revision[]): readonly Opinion[] {
  let opinions: readonly Opinion[] = passages.flatMap(({ links }) => links.map(opinionOf))
  for (const revision of revisions) opinions = revision(opinions)
  return opinions
}

/** @param opinions of the passage's links, and perhaps of others behind them */
function settledPassage(linked: LinkedPassage, opinions: readonly Opinion[]): LinkedPassage {
  const links = linked.links.map((link, i) => settled(link, opinions[i]?.probabilities))
  return links.every((link, i) => link === linked.links[i]) ? linked : { ...linked, links }
}

/** By the candidates, which stay the same from edit to edit. */
const probabilitiesOf = new WeakMap<Link['candidates'], Opinion['probabilities']>()

function opinionOf(link: Link): Opinion {
  const known = probabilitiesOf.get(link.candidates)
  if (known) return { link, probabilities: known }
  const probabilities = new Map(rankedOf(link).map(({ id, probability }) => [id, probability]))
  probabilitiesOf.set(link.candidates, probabilities)
  return { link, probabilities }
}

/** The candidates that were ranked: they come first, and have a probability. */
function rankedOf({ candidates }: Link): readonly RankedCandidate[] {
  const end = candidates.findIndex(({ probability }) => probability === 0)
  return end < 0 ? candidates : candidates.slice(0, end)
}

/** The link with its candidates in their new order, ties in the old one, and the choice that follows. */
function settled(link: Link, probabilities: ReadonlyMap<string, number> = new Map()): Link {
  const ranked = rankedOf(link)
  const isKept = ranked.every(({ id, probability }) => probabilities.get(id) === probability)
  if (isKept && ranked.length === probabilities.size) return link
  const rest = link.candidates.slice(ranked.length)
  const isNew = ({ id }: RankedCandidate) => probabilities.has(id)
  const raised = ranked.filter(isNew).length < probabilities.size ? rest.filter(isNew) : []
  const first = [...ranked, ...raised]
    .map((candidate) => ({ ...candidate, probability: probabilities.get(candidate.id) ?? 0 }))
    .sort((a, b) => b.probability - a.probability)
  const [best] = first
  const none = Math.max(0, 1 - first.reduce((sum, { probability }) => sum + probability, 0))
  const isNone = !best || none > best.probability
  const { mention, source, chosenBy } = link
  return {
    mention,
    source,
    chosenBy,
    candidates: first.concat(raised.length > 0 ? rest.filter((one) => !isNew(one)) : rest),
    ...(isNone ? {} : { chosen: best.id }),
    probability: isNone ? none : best.probability,
  }
}
