import type { Link } from '../core/index.ts'
import type { Opinion } from './opinions.ts'

/**
 * How much it counts that other mentions of the document mean the same concept: its odds are multiplied by
 * `(1 + support) ** WEIGHT`. Chosen on a fifth of the development documents of BC5CDR and MedMentions (4,375 mentions), where
 * weights of 0, 1, 2, 3 and 4 gave an Acc@1 of 64.1, 64.6, 64.9, 65.1 and 64.6. Over all documents 3 was no better than 2, and
 * it makes probabilities too high. On 106 documents that had no part in the choice (2,946 mentions, model 0.4.0), 0 gave 63.6, 1 and 2
 * 63.4 and 63.5: what it brings in general is not settled.
 */
const WEIGHT = 2

/**
 * Lets mentions with different words support each other: a paper that says "myocardial infarction" rather means the
 * disease than the finding when it says "infarcts", and an author who writes "rats" and "Wistar rats" means rats.
 *
 * A concept's support at a mention is the sum over all other surface forms of the document of its greatest probability
 * there; what the author decided supports with 1, and stays. The answer does not depend on the order of the mentions.
 *
 * @param weight see {@link WEIGHT}; 0 changes nothing
 */
export function makeCoherent(opinions: readonly Opinion[], weight: number = WEIGHT): readonly Opinion[] {
  const byForm = new Map<string, Map<string, number>>()
  const ofForm = opinions.map((opinion) => {
    const form = formOf(opinion.link)
    const greatest = byForm.get(form) ?? new Map<string, number>()
    byForm.set(form, greatest)
    for (const [id, probability] of votesOf(opinion))
      greatest.set(id, Math.max(greatest.get(id) ?? 0, probability))
    return greatest
  })
  const sums = sumsOf(byForm)
  return opinions.map((opinion, i) => {
    const own = ofForm[i]
    return supported(opinion, weight, (id) => Math.max(0, (sums.get(id) ?? 0) - (own?.get(id) ?? 0)))
  })
}

const formOf = ({ mention }: Link): string => (mention.expansion ?? mention.text).toLowerCase()

function votesOf({ link, probabilities }: Opinion): Iterable<readonly [string, number]> {
  if (link.chosenBy !== 'author') return probabilities
  return link.chosen === undefined ? [] : [[link.chosen, 1]]
}

/** Of each concept over all forms, added in an order that is always the same: rounding depends on it. */
function sumsOf(byForm: ReadonlyMap<string, ReadonlyMap<string, number>>): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  for (const form of [...byForm.keys()].sort())
    for (const [id, probability] of byForm.get(form) ?? []) sums.set(id, (sums.get(id) ?? 0) + probability)
  return sums
}

function supported(opinion: Opinion, weight: number, supportOf: (id: string) => number): Opinion {
  const { link, probabilities } = opinion
  if (link.chosenBy === 'author') return opinion
  let isSupported = false
  let total = 1
  const odds = new Map<string, number>()
  for (const [id, probability] of probabilities) {
    const support = supportOf(id)
    if (support > 0) isSupported = true
    const raised = probability * (1 + support) ** weight
    odds.set(id, raised)
    total += raised - probability
  }
  if (!isSupported) return opinion
  for (const [id, value] of odds) odds.set(id, value / total)
  return { link, probabilities: odds }
}
