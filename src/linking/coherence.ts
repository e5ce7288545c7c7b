import type { Link, LinkedPassage, RankedCandidate } from '../core/index.ts'

/**
 * How much it counts that other mentions of the document mean the same concept: its odds are multiplied by
 * `(1 + support) ** WEIGHT`. Chosen on a fifth of the development documents of BC5CDR and MedMentions (4,478 mentions), where
 * weights of 0, 1, 2 and 4 gave an Acc@1 of 65.9, 66.5, 66.8 and 66.3.
 */
const WEIGHT = 2

/**
 * Lets mentions with different words support each other: a paper that says "myocardial infarction" rather means the
 * disease than the finding when it says "infarcts", and an author who writes "rats" and "Wistar rats" means rats.
 *
 * A concept's support at a mention is the sum over all other surface forms of the document of its greatest probability
 * there; what the author decided supports with 1. Probabilities, order and choice are computed anew from that; those
 * of the author stay. The answer does not depend on the order of passages and links.
 *
 * @param weight see {@link WEIGHT}; 0 changes nothing
 */
export function makeCoherent(
  passages: readonly LinkedPassage[],
  weight: number = WEIGHT,
): readonly LinkedPassage[] {
  const support = supportOf(passages.flatMap(({ links }) => links))
  return passages.map((linked) => {
    const links = linked.links.map((link) => supported(link, support, weight))
    return links.every((link, i) => link === linked.links[i]) ? linked : { ...linked, links }
  })
}

/** For each concept its greatest probability by surface form, and the sum of these. */
type Support = ReadonlyMap<string, { readonly byForm: ReadonlyMap<string, number>; readonly sum: number }>

const formOf = ({ mention }: Link): string => (mention.expansion ?? mention.text).toLowerCase()

function supportOf(links: readonly Link[]): Support {
  const byConcept = new Map<string, Map<string, number>>()
  for (const link of links) {
    const form = formOf(link)
    for (const [id, probability] of votesOf(link)) {
      const byForm = byConcept.get(id) ?? new Map<string, number>()
      byConcept.set(id, byForm)
      byForm.set(form, Math.max(byForm.get(form) ?? 0, probability))
    }
  }
  return new Map(
    [...byConcept].map(([id, byForm]) => [
      id,
      { byForm, sum: [...byForm.values()].sort((a, b) => a - b).reduce((a, b) => a + b, 0) },
    ]),
  )
}

function votesOf({ chosenBy, chosen, candidates }: Link): (readonly [string, number])[] {
  if (chosenBy === 'author') return chosen === undefined ? [] : [[chosen, 1]]
  return readOf(candidates).map(({ id, probability }) => [id, probability])
}

/** Those that were ranked: they come first, and have a probability. */
function readOf(candidates: readonly RankedCandidate[]): readonly RankedCandidate[] {
  const end = candidates.findIndex(({ probability }) => probability === 0)
  return end < 0 ? candidates : candidates.slice(0, end)
}

function supported(link: Link, support: Support, weight: number): Link {
  if (link.chosenBy === 'author') return link
  const read = readOf(link.candidates)
  const form = formOf(link)
  const odds = read.map(({ id, probability }) => {
    const { byForm, sum } = support.get(id) ?? { byForm: new Map<string, number>(), sum: 0 }
    return probability * (1 + Math.max(0, sum - (byForm.get(form) ?? 0))) ** weight
  })
  const none = Math.max(0, 1 - read.reduce((sum, { probability }) => sum + probability, 0))
  const total = odds.reduce((a, b) => a + b, none)
  if (odds.every((value, i) => value === read[i]?.probability)) return link
  const ranked = read
    .map((candidate, i) => ({ ...candidate, probability: (odds[i] ?? 0) / total }))
    .sort((a, b) => b.probability - a.probability)
  const [best] = ranked
  const isNone = !best || none / total > best.probability
  const { mention, source, chosenBy } = link
  return {
    mention,
    source,
    chosenBy,
    candidates: [...ranked, ...link.candidates.slice(read.length)],
    ...(isNone ? {} : { chosen: best.id }),
    probability: isNone ? none / total : best.probability,
  }
}
