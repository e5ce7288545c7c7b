import type { Concept, Name, NameKind } from './concept.ts'

/** The ordinal of a concept in one knowledge base: `0 … concepts - 1`. Means nothing outside the open store. */
export type ConceptRef = number

/** What a knowledge base says of itself; made when it is built. */
export interface KnowledgeBaseInfo {
  readonly name: string
  readonly version: string
  /** Changes whenever the content changes; part of every cache key. */
  readonly fingerprint: string
  readonly nConcepts: number
  readonly nNames: number
  readonly sources: readonly KnowledgeSource[]
}

export interface KnowledgeSource {
  readonly name: string
  readonly title: string
  readonly version: string
  readonly licence: string
  readonly nConcepts: number
  readonly nNames: number
}

/** A name of a concept that answers a query. */
export interface NameMatch {
  readonly concept: ConceptRef
  readonly name: string
  readonly kind: NameKind
  /** See {@link Name.count}. */
  readonly count: number
  /** TF-IDF cosine of character 3-grams between the folded query and the folded name, 0 … 1, higher is better; 1 for an exact name. */
  readonly score: number
  /**
   * Cosine of the vectors of the folded query and the folded name, −1 … 1, higher is better. Absent without an encoder of
   * names, and where nobody needs it.
   */
  readonly denseScore?: number
}

/** The little of a concept that candidate lists show, read without its names. */
export interface ConceptSummary {
  readonly id: string
  /** The preferred name. */
  readonly name: string
  readonly types: readonly string[]
  readonly groups: readonly string[]
}

/**
 * Which concepts a look-up is for. It must always say the same of a concept: look-ups keep what it said for as long as they
 * are given the same function.
 */
export type ConceptFilter = (concept: ConceptRef) => boolean

/** A search by a vector that was made from others. */
export interface VectorQuery {
  /** What `score`, the likeness in letters, compares names with. */
  readonly text: string
  readonly vector: Float32Array
}

/**
 * Read access to one knowledge base. Immutable once built: answers never change while it is open.
 * All look-ups are synchronous and take micro- to milliseconds.
 */
export interface KnowledgeBase {
  readonly info: KnowledgeBaseInfo
  /** The small vocabularies that stand in it beside the main one, by the path that each was opened from: who is in it. */
  readonly vocabularies?: ReadonlyMap<string, ConceptFilter>
  concept(ref: ConceptRef): Concept
  /** Id, preferred name, types and groups; much cheaper than {@link concept}. */
  summary(ref: ConceptRef): ConceptSummary
  /** All names of a concept, the preferred one first; cheaper than {@link concept}. */
  names(ref: ConceptRef): readonly Name[]
  /** How often annotated training text named this concept: the sum of the counts of its names. */
  conceptCount(ref: ConceptRef): number
  /** Finds a concept by id, cross-reference, alternative or retired id. `undefined` when unknown. A native id that several concepts claim gives all of them. */
  resolve(id: string): readonly ConceptRef[]
  /** Every (concept, name) whose folded name equals the folded text. Empty when none does. */
  exact(text: string): readonly NameMatch[]
  /** Whether any name folds to this text, which must be folded already. Made for thousands of probes per passage: touches memory only, unless the answer is yes. */
  hasName(folded: string): boolean
  /**
   * The `limit` names most like the text, best first; ties by concept ordinal. With `accepts`, of those concepts that it
   * accepts; its answers are remembered as long as it lives, so the same function must be given again, and must not
   * change its mind. Exact: equal to brute force.
   */
  similar(text: string, limit: number, accepts?: ConceptFilter): readonly NameMatch[]
  /** What a common character 3-gram, by its number, adds to the dot product of two names (see `gramWeight` in `names/grams.ts`). */
  gramWeight(gram: number): number
  /**
   * Names whose vectors are nearest to the text's, nearest first: they may share no letter with it. Approximate; at most
   * `limit`, and none when the store has no vectors of the program's encoder of names. With `accepts`, those of accepted
   * concepts among eight times as many.
   */
  nearest(text: string, limit: number, accepts?: ConceptFilter): readonly NameMatch[]
  /**
   * The vector of a text, of length 1 (all zeros for a text of unknown words); its dot product with another is their cosine.
   * `undefined` where {@link nearest} finds nothing for want of vectors.
   */
  vectorOf(text: string): Float32Array | undefined
  /** As {@link nearest}, but by another vector of length 1 than the text's: `denseScore` is the cosine with that one. */
  nearestBy(query: VectorQuery, limit: number, accepts?: ConceptFilter): readonly NameMatch[]
  /**
   * Names that start with the folded text, for search as one types: those that equal it, then the plainest first, that
   * is by squared norm of their grams (few and frequent ones), equal ones by folded text.
   */
  prefix(text: string, limit: number): readonly NameMatch[]
  /**
   * Names in which every word of the folded text begins a word, in any order, for search as one types; a word of one
   * character, unless it is the last, must be a word of the name whole. The plainest first, as for {@link prefix}.
   * Nothing for a single character. Of very many names with the right character 3-grams only the first are looked at.
   */
  withWords(text: string, limit: number): readonly NameMatch[]
  /** Direct is-a children. */
  children(ref: ConceptRef): readonly ConceptRef[]
  close(): void
}
