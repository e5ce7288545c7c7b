import type { ConceptRef, Link, Mention } from '../core/index.ts'
import type { Belief, Opinion } from './opinions.ts'
import { remembered } from './remembered.ts'

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
    if (!takesPart(opinion.link)) return undefined
    const key = wordsOf(opinion.link.mention)
    const group = occurrences.get(key) ?? []
    occurrences.set(key, group)
    group.push(opinion)
    return group
  })
  const means = new Map<readonly Opinion[], Belief>()
  for (const group of occurrences.values()) if (group.length > 1) means.set(group, meanOf(group))
  return opinions.map((opinion, i) => {
    const group = groups[i]
    const mean = group && means.get(group)
    return mean ? { link: opinion.link, belief: mean } : opinion
  })
}

const takesPart = (link: Link): boolean => link.chosenBy !== 'author' && link.candidates.length > 0

const wordsOf = remembered(({ text, expansion }: Mention): string => JSON.stringify([text, expansion]))

/** Mean probability of each concept. */
function meanOf(group: readonly Opinion[]): Belief {
  const means = new Map<ConceptRef, number>()
  for (const { belief } of group)
    for (const [i, concept] of belief.concepts.entries())
      means.set(concept, (means.get(concept) ?? 0) + (belief.probabilities[i] ?? 0) / group.length)
  return { concepts: [...means.keys()], probabilities: [...means.values()] }
}
