import type { Link } from '../core/index.ts'
import type { Opinion } from './opinions.ts'

/**
 * How much it counts that other mentions of the document mean the same concept: its odds are multiplied by
 * `(1 + support) ** WEIGHT`. Over all development documents of BC5CDR and MedMentions (22,842 mentions, model 0.4.0) weights of 0,
 * 0.5, 1, 1.5, 2 and 3 give an Acc@1 of 64.79, 64.93, 64.99, 64.89, 64.82 and 64.63; 1 is also best in each half of the documents, so it
 * would have been chosen in one and measured in the other.
 */
const WEIGHT = 1

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
