import type { Link, Span } from '../core/index.ts'

/** What decided whether a word is linked. */
export type ExplanationReason =
  | 'not-prose'
  | 'linked'
  | 'author'
  | 'general-word'
  | 'other-type'
  | 'no-name'
  | 'case-differs'
  | 'unlikely-mention'
  | 'lost-to-overlap'
  | 'rare-mention'
  | 'ranked-none'
  | 'asked-language-model'
  | 'not-shown'

/** One step of the way from a word to its link, in order. */
export interface ExplanationStep {
  readonly reason: ExplanationReason
  /** A sentence for people. */
  readonly message: string
  /** The span the step is about, in UTF-16 units of the source file; `undefined` outside prose. */
  readonly source?: Span
}

/** The answer to "Why is this (not) linked?". */
export interface Explanation {
  /** The word asked about; empty when there is none at the offset. */
  readonly word: string
  /** The word in the source file, UTF-16 units. */
  readonly source?: Span
  /** In the order of the pipeline; never empty; the last one decided. */
  readonly steps: readonly ExplanationStep[]
  /** The link that covers the word, also when it is not shown. */
  readonly link?: Link
}
