import type { Link, LinkedPassage } from '../core/index.ts'
import { rankedOf, withProbabilities } from './probabilities.ts'

/**
 * Makes identical mentions of one document agree: one sense per discourse (Gale, Church and Yarowsky, 1992).
 *
 * Mentions are identical when text and expansion are. Each candidate gets its mean probability over all of them, and so
 * does "none of these"; order and choice follow. Links without candidates and links that the author decided neither
 * vote nor change.
 */
export function makeAgree(passages: readonly LinkedPassage[]): readonly LinkedPassage[] {
  const occurrences = new Map<string, Link[]>()
  for (const { links } of passages)
    for (const link of links) if (takesPart(link)) push(occurrences, keyOf(link), link)
  const means = new Map<string, ReadonlyMap<string, number>>()
  for (const [key, links] of occurrences) if (links.length > 1) means.set(key, meanOf(links))
  return passages.map((linked) => {
    const links = linked.links.map((link) => {
      const mean = takesPart(link) ? means.get(keyOf(link)) : undefined
      return mean === undefined || isMean(link, mean) ? link : withProbabilities(link, mean)
    })
    return links.every((link, i) => link === linked.links[i]) ? linked : { ...linked, links }
  })
}

const takesPart = (link: Link): boolean => link.chosenBy !== 'author' && link.candidates.length > 0

const keyOf = ({ mention }: Link): string => JSON.stringify([mention.text, mention.expansion])

function push(map: Map<string, Link[]>, key: string, link: Link): void {
  const list = map.get(key)
  if (list) list.push(link)
  else map.set(key, [link])
}

/** Mean probability of each concept. */
function meanOf(links: readonly Link[]): ReadonlyMap<string, number> {
  const means = new Map<string, number>()
  for (const link of links)
    for (const { id, probability } of rankedOf(link))
      means.set(id, (means.get(id) ?? 0) + probability / links.length)
  return means
}

function isMean(link: Link, mean: ReadonlyMap<string, number>): boolean {
  const ranked = rankedOf(link)
  return ranked.length === mean.size && ranked.every(({ id, probability }) => probability === mean.get(id))
}
