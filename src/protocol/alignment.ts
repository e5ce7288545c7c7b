import type { ConceptItem } from './messages.ts'

/** What the command line tells the editor of terms that are aligned, and what the editor and its page of review say to each other. */

/** What `align` answers when it is done. */
export interface AlignmentSummary {
  /** Distinct terms. */
  readonly nTerms: number
  /** Of these, the ones that an earlier run had aligned. */
  readonly nBefore: number
  readonly accepted: number
  readonly review: number
  readonly none: number
}

/** What `align --list-columns` answers: what there is to choose from. */
export interface TableOverview {
  readonly nRows: number
  readonly columns: readonly TableColumn[]
  /** Semantic groups, to restrict the concepts to: code and name. */
  readonly groups: readonly (readonly [code: string, name: string])[]
}

export interface TableColumn {
  readonly title: string
  /** The first few that differ. */
  readonly examples: readonly string[]
}

/** What becomes of a term. `accepted`: taken as it is. `review`: a person should look. `none`: no concept is meant. */
export type TermDecision = 'accepted' | 'review' | 'none'

/** What `align --format review` writes. */
export interface AlignmentReview {
  /** File name of the table. */
  readonly table: string
  /** Name of the knowledge base. */
  readonly knowledgeBase: string
  readonly terms: readonly ReviewTerm[]
}

/** A distinct term of a table, to be reviewed. */
export interface ReviewTerm {
  readonly text: string
  readonly context?: string
  /** In so many rows of the table. */
  readonly nRows: number
  /** That the first candidate is right, 0 … 1. */
  readonly probability: number
  /** What becomes of it unless a person decides. */
  readonly decision: TermDecision
  /** Letters, vectors and model do not have the same favourite. */
  readonly isDisputed: boolean
  /** Best first. */
  readonly candidates: readonly ReviewCandidate[]
  /** What a person decided. */
  readonly person?: Person
}

export interface ReviewCandidate extends ConceptItem {
  /** Of the evidence, 0 … 1. */
  readonly share: number
}

/** A person's decision on a term: a concept, `null` for none, `undefined` when nobody has decided. */
export type Person = ReviewConcept | null | undefined

/** The concept that a person chose. */
export type ReviewConcept = Pick<ConceptItem, 'id' | 'shownId' | 'name'>

/** What the page of review says to the editor. */
export type ReviewRequest =
  | { readonly kind: 'ready' }
  | { readonly kind: 'decide'; readonly index: number; readonly person: ReviewConcept | null }
  | { readonly kind: 'undo' }
  | { readonly kind: 'search'; readonly text: string }
  | { readonly kind: 'export' }

/** What the editor says to the page of review. */
export type ReviewNews =
  | { readonly kind: 'review'; readonly review: AlignmentReview }
  /** A decision was taken back; this is the one before. */
  | { readonly kind: 'undone'; readonly index: number; readonly person: Person }
  | { readonly kind: 'nothing-to-undo' }
  /** To what was typed last. */
  | { readonly kind: 'found'; readonly text: string; readonly items: readonly ConceptItem[] }
