import type { Link } from '../core/index.ts'
import type { Opinion } from './opinions.ts'

/**
 * Makes identical mentions of one document agree: one sense per discourse (Gale, Church and Yarowsky, 1992).
 *
 * Mentions are identical when text and expansion are. Each candidate gets its mean probability over all of them, and so
 * does "none of these"; order and choice follow. Links without candidates and links that the author decided neither
 * vote nor change.
 */
export function makeAgree(opinions: readonly Opinion[]): readonly Opinion[] {
  const occurrences = new Map<string, Opinion[]>()
  const groups = opinions.map((opinion) => {
    if (!takesPart(opinion.link)) return [opinion]
    const key = keyOf(opinion.link)
    const group = occurrences.get(key) ?? []
    occurrences.set(key, group)
    group.push(opinion)
    return group
  })
  const means = new Map<readonly Opinion[], ReadonlyMap<string, number>>()
  for (const group of occurrences.values()) if (group.length > 1) means.set(group, meanOf(group))
  return opinions.map((opinion, i) => {
    const probabilities = means.get(groups[i] ?? [])
    return probabilities ? { link: opinion.link, probabilities } : opinion
  })
}

const takesPart = (link: Link): boolean => link.chosenBy !== 'author' && link.candidates.length > 0

const keyOf = ({ mention }: Link): string => JSON.stringify([mention.text, mention.expansion])

/** Mean probability of each concept. */
function meanOf(group: readonly Opinion[]): ReadonlyMap<string, number> {
  const means = new Map<string, number>()
  for (const { probabilities } of group)
    for (const [id, probability] of probabilities)
      means.set(id, (means.get(id) ?? 0) + probability / group.length)
  return means
}
