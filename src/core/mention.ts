import type { ConceptRef } from './knowledgeBase.ts'
import type { NameKind } from './concept.ts'
import type { Span } from './span.ts'

/** Which detector proposed a mention; `document`: the same words are a mention elsewhere in it. */
export type MentionOrigin =
  | 'dictionary'
  | 'tagger'
  | 'named-type'
  | 'token-classification'
  | 'language-model'
  | 'abbreviation'
  | 'document'
  | 'author'
  | 'given'

/** A stretch of a passage that may name a concept. */
export interface Mention {
  /** In the passage's prose, UTF-16 units. */
  readonly span: Span
  /** The surface form: `passage.text.slice(span.start, span.end)`. */
  readonly text: string
  /** What to look up instead of the surface form: the long form of a document-level abbreviation. */
  readonly expansion?: string
  readonly origins: readonly MentionOrigin[]
  /** The semantic group the tagger gives it. */
  readonly group?: string
  /** The type that it is of, in the words of whoever named it (`cell line`) or of a model; none when nobody asked for types. */
  readonly namedType?: string
  /** Probability that this is a mention, 0 … 1; `undefined` when no model judged it. */
  readonly probability?: number
}

/** A concept that a mention may name, with what retrieval knows of it. */
export interface Candidate {
  readonly concept: ConceptRef
  /** The concept's id, so that a candidate can leave the process. */
  readonly id: string
  /** The name that brought it here: the one most like the mention. */
  readonly matchedName: string
  readonly matchedKind: NameKind
  readonly preferredName: string
  /** TF-IDF cosine of `matchedName`, 0 … 1, higher is better. */
  readonly lexicalScore: number
  /** Cosine of the vectors of the mention and `matchedName`, −1 … 1, higher is better; 0 without an encoder of names. */
  readonly denseScore: number
  /** The folded mention equals a folded name of the concept. */
  readonly exact: boolean
  /** How often training text used this very name for this concept. */
  readonly nameCount: number
  /** How often training text named this concept at all. */
  readonly conceptCount: number
  /** How many of the concept's names are like the mention, in letters or in meaning. */
  readonly nMatches: number
  /**
   * The highest `lexicalScore` + 0.7 · `denseScore` of those names that a vocabulary has, 0 … 1.7; 0 when only annotated text has them.
   */
  readonly officialScore: number
  readonly types: readonly string[]
  readonly groups: readonly string[]
}
