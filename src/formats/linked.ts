import type { Concept, Link, LinkedManuscript, RankedCandidate } from '../core/index.ts'

/** What a format wants to know of a concept that is not among a link's candidates, or more than a candidate knows. */
export type ConceptFacts = Pick<Concept, 'name' | 'types' | 'groups'>

/** Finds a concept by id; `undefined` when the knowledge base has none. */
export type ConceptLookUp = (id: string) => ConceptFacts | undefined

/** What was chosen for a mention, ready to be written. */
export interface ChosenConcept {
  readonly id: string
  readonly name: string
  readonly types: readonly string[]
  readonly groups: readonly string[]
}

/**
 * The concept chosen for a link: from its candidates, else from the look-up (an author may choose any concept).
 * `undefined` when none was chosen.
 */
export function chosenConcept(link: Link, lookUp?: ConceptLookUp): ChosenConcept | undefined {
  const id = link.chosen
  if (id === undefined) return undefined
  const candidate = link.candidates.find((one) => one.id === id)
  if (candidate !== undefined) return factsOf(candidate)
  const facts = lookUp?.(id)
  return { id, name: facts?.name ?? '', types: facts?.types ?? [], groups: facts?.groups ?? [] }
}

function factsOf({ id, preferredName, types, groups }: RankedCandidate): ChosenConcept {
  return { id, name: preferredName, types, groups }
}

/** The semantic group that a link is shown under: the concept's, else the tagger's; empty when neither is known. */
export function groupOf(link: Link, concept: ChosenConcept | undefined): string {
  const groups = concept?.groups ?? []
  const { group } = link.mention
  return group !== undefined && (groups.length === 0 || groups.includes(group)) ? group : (groups[0] ?? '')
}

/** One manuscript or several, as a list. */
export function manuscriptsOf(
  linked: LinkedManuscript | readonly LinkedManuscript[],
): readonly LinkedManuscript[] {
  return isList(linked) ? linked : [linked]
}

function isList(
  linked: LinkedManuscript | readonly LinkedManuscript[],
): linked is readonly LinkedManuscript[] {
  return Array.isArray(linked)
}

/** The part of a CURIE before its colon; empty when there is none. */
export function prefixOf(curie: string): string {
  return curie.includes(':') ? curie.slice(0, curie.indexOf(':')) : ''
}
