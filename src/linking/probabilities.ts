import type { Link, RankedCandidate } from '../core/index.ts'

/** Those of the candidates that were ranked: they come first, and have a probability. */
export function rankedOf({ candidates }: Link): readonly RankedCandidate[] {
  const end = candidates.findIndex(({ probability }) => probability === 0)
  return end < 0 ? candidates : candidates.slice(0, end)
}

/**
 * The link with other probabilities: its candidates in their new order, ties in the old one, and the choice that follows.
 * Candidates without a probability before and after, which are most of them, are not copied: this runs over every link of
 * a document at every edit.
 * @param probabilities by concept, at most 1 in all; what is left to 1 is that of "none of these"
 */
export function withProbabilities(link: Link, probabilities: ReadonlyMap<string, number>): Link {
  const ranked = rankedOf(link)
  const unranked = link.candidates.slice(ranked.length)
  const isNew = ({ id }: RankedCandidate) => probabilities.has(id)
  const raised = ranked.filter(isNew).length < probabilities.size ? unranked.filter(isNew) : []
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
    candidates: [...first, ...(raised.length > 0 ? unranked.filter((one) => !isNew(one)) : unranked)],
    ...(isNone ? {} : { chosen: best.id }),
    probability: isNone ? none : best.probability,
  }
}
