import type { Link, LinkedPassage } from '../core/index.ts'

/**
 * Makes identical mentions of one document agree: one sense per discourse (Gale, Church and Yarowsky, 1992).
 *
 * Mentions are identical when text, expansion and semantic group are. The concept (or "none of these") with the
 * highest mean probability over all of them is chosen everywhere with that mean; candidates keep their own
 * probabilities. Links without candidates and links that the author decided neither vote nor change.
 */
export function makeAgree(passages: readonly LinkedPassage[]): readonly LinkedPassage[] {
  const occurrences = new Map<string, Link[]>()
  for (const { links } of passages)
    for (const link of links) if (takesPart(link)) push(occurrences, keyOf(link), link)
  const agreed = new Map([...occurrences].map(([key, links]) => [key, agreementOf(links)] as const))
  return passages.map((linked) => {
    const links = linked.links.map((link) =>
      takesPart(link) ? withChoice(link, agreed.get(keyOf(link))) : link,
    )
    return links.every((link, i) => link === linked.links[i]) ? linked : { ...linked, links }
  })
}

/** A choice for a group of identical mentions; `chosen` is `undefined` for "none of these". */
interface Agreement {
  readonly chosen: string | undefined
  readonly probability: number
}

const takesPart = (link: Link): boolean => link.chosenBy !== 'author' && link.candidates.length > 0

const keyOf = ({ mention }: Link): string => JSON.stringify([mention.text, mention.expansion, mention.group])

function push(map: Map<string, Link[]>, key: string, link: Link): void {
  const list = map.get(key)
  if (list) list.push(link)
  else map.set(key, [link])
}

/** `undefined` when there is nothing to agree on. */
function agreementOf(links: readonly Link[]): Agreement | undefined {
  if (links.length < 2) return undefined
  const sums = new Map<string | undefined, number>()
  const vote = (id: string | undefined, probability: number) =>
    sums.set(id, (sums.get(id) ?? 0) + probability)
  for (const { candidates } of links) {
    let none = 1
    for (const { id, probability } of candidates) {
      if (probability === 0) break // best first
      vote(id, probability)
      none -= probability
    }
    vote(undefined, none)
  }
  let best: Agreement = { chosen: undefined, probability: -1 }
  for (const [chosen, sum] of sums)
    if (sum / links.length > best.probability) best = { chosen, probability: Math.min(1, sum / links.length) }
  return best
}

function withChoice(link: Link, agreement: Agreement | undefined): Link {
  if (!agreement || (link.chosen === agreement.chosen && link.probability === agreement.probability))
    return link
  const { mention, source, candidates, chosenBy } = link
  const { chosen, probability } = agreement
  return { mention, source, candidates, probability, chosenBy, ...(chosen === undefined ? {} : { chosen }) }
}
