import type { ConceptRef, KnowledgeBase } from '../../src/core/index.ts'
import { seededRandom } from '../../src/linking/index.ts'

/** What a person types, and the concept that they want. */
export interface TypedName {
  readonly concept: ConceptRef
  readonly text: string
}

/** How a name is typed. */
export const WAYS = ['whole', 'half', 'misspelled', 'half and misspelled', 'last word first', 'id'] as const

export type Way = (typeof WAYS)[number]

/**
 * Names of common concepts (counted 5 times or more), typed in some way: `nNames` of them, drawn with a seed. A name has
 * 8 characters or more, and for `last word first` two words or more.
 */
export function typedNames(kb: KnowledgeBase, way: Way, nNames: number): readonly TypedName[] {
  const random = seededRandom(20)
  const all = commonNames(kb).filter(({ text }) => way !== 'last word first' || / /.test(text))
  return Array.from({ length: nNames }, () => {
    const { concept, text } = all[Math.floor(random() * all.length)]!
    return { concept, text: way === 'id' ? kb.summary(concept).id : typedSo(text, way, random) }
  })
}

/** The name of each common concept that training text used most. */
function commonNames(kb: KnowledgeBase): TypedName[] {
  const found: TypedName[] = []
  for (let concept = 0; concept < kb.info.nConcepts; concept += 1) {
    if (kb.conceptCount(concept) < 5) continue
    const [commonest] = kb.names(concept).toSorted((a, b) => b.count - a.count)
    if (commonest && commonest.text.length >= 8) found.push({ concept, text: commonest.text })
  }
  return found
}

function typedSo(name: string, way: Way, random: () => number): string {
  const half = name.slice(0, Math.max(5, Math.ceil(name.length / 2)))
  if (way === 'half') return half
  if (way === 'misspelled') return misspelled(name, random)
  if (way === 'half and misspelled') return misspelled(half, random)
  if (way === 'whole') return name
  const words = name.split(' ')
  return [words.at(-1), ...words.slice(0, -1)].join(' ')
}

/** With one letter left out, doubled, replaced, or swapped with the next: not the first, which people get right. */
function misspelled(text: string, random: () => number): string {
  const place = 1 + Math.floor(random() * (text.length - 2))
  const [head, here, next, rest] = [
    text.slice(0, place),
    text[place]!,
    text[place + 1]!,
    text.slice(place + 2),
  ]
  const errors = [next, here + here + next, `e${next}`, next + here]
  return head + errors[Math.floor(random() * errors.length)]! + rest
}
