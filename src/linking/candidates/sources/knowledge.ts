import { allSteps } from '../../../core/index.ts'
import type { ConceptFilter, KnowledgeBase, NameMatch } from '../../../core/index.ts'
import { fold } from '../../../knowledge/index.ts'
import { byConcept, entryOf, exactOrder, isNear } from '../entries.ts'
import type { Entry } from '../entries.ts'
import { retrieveInSteps } from '../retrieve.ts'
import type { CandidateSource } from '../source.ts'

/** Where a source looks, and which concepts count. */
export interface Shelf {
  readonly knowledgeBase: KnowledgeBase
  readonly accepts: ConceptFilter | undefined
  /** What `accepts` was made from: a function is no part of a key. */
  readonly restriction: unknown
}

/** Names that are equal, and alike in letters and in meaning, in one order (see `retrieveCandidates`). */
export function fusedSource(shelf: Shelf): CandidateSource {
  const { knowledgeBase, accepts } = shelf
  return {
    ...sourceOf('fused', shelf),
    find(text, limit, token, slices) {
      const steps = retrieveInSteps(knowledgeBase, text, { limit, accepts })
      return slices ? slices.runSteps(steps, token) : allSteps(steps)
    },
  }
}

/** Concepts with a name that equals the text when both are folded; the one most often meant first. */
export function exactSource(shelf: Shelf): CandidateSource {
  const { knowledgeBase, accepts = () => true } = shelf
  return {
    ...sourceOf('exact', shelf),
    find: (text, limit) => {
      const names = knowledgeBase.exact(text).filter(({ concept }) => accepts(concept))
      return first(entriesOf(shelf, text, names).sort(exactOrder), limit)
    },
  }
}

/** Names looked at for the longest list: several are of one concept. */
const NAMES = 128

/** Concepts with a name alike in its letters, the likest first. */
export function lexicalSource(shelf: Shelf): CandidateSource {
  const { knowledgeBase, accepts } = shelf
  return {
    ...sourceOf('lexical', shelf),
    find: (text, limit) => {
      const names = knowledgeBase.similar(text, NAMES, accepts)
      return first(entriesOf(shelf, text, names).sort(by('lexicalScore')), limit)
    },
  }
}

/** Concepts with a name alike in meaning, the nearest first; none in a knowledge base without vectors. */
export function denseSource(shelf: Shelf): CandidateSource {
  const { knowledgeBase, accepts } = shelf
  return {
    ...sourceOf('dense', shelf),
    find: (text, limit) => {
      const names = knowledgeBase.nearest(text, NAMES, accepts).filter(isNear)
      return first(entriesOf(shelf, text, names).sort(by('denseScore')), limit)
    },
  }
}

/**
 * Concepts of a vocabulary of the author's, found as `fused` finds all. It stands in the knowledge base beside the others.
 * @param path of the vocabulary, as {@link KnowledgeBase.vocabularies} has it
 */
export function vocabularySource(shelf: Shelf, path: string): CandidateSource {
  const { knowledgeBase, accepts = () => true, restriction } = shelf
  const isIn = knowledgeBase.vocabularies?.get(path) ?? (() => false)
  const both: ConceptFilter = (ref) => isIn(ref) && accepts(ref)
  const own = fusedSource({ knowledgeBase, accepts: both, restriction: [restriction, path] })
  return { ...own, name: 'dictionary' }
}

/** What all sources of a knowledge base have in common. */
export function sourceOf(name: string, { knowledgeBase, restriction }: Shelf): Omit<CandidateSource, 'find'> {
  return {
    name,
    key: [knowledgeBase.info.fingerprint, restriction],
    consequence: 'The knowledge base cannot be read, so nothing is found in it',
  }
}

/** The concepts of some names, in the order in which they come first. */
export function entriesOf({ knowledgeBase }: Shelf, text: string, names: readonly NameMatch[]): Entry[] {
  const folded = fold(text)
  return [...byConcept(names)].map(([ref, matches]) => {
    const exact = matches.filter(({ name }) => fold(name) === folded)
    const others = matches.filter((match) => !exact.includes(match))
    return entryOf(knowledgeBase, text, { ref, exact, others })
  })
}

const first = (entries: readonly Entry[], limit: number) =>
  entries.slice(0, limit).map(({ candidate }) => candidate)

const by =
  (score: 'lexicalScore' | 'denseScore') =>
  ({ candidate: a }: Entry, { candidate: b }: Entry): number =>
    b[score] - a[score] || b.nameCount - a.nameCount || (a.id < b.id ? -1 : 1)
