import type { Candidate, Mention } from './mention.ts'
import type { Passage, Manuscript } from './passage.ts'
import type { Problem } from './problem.ts'
import type { Span } from './span.ts'

/** A candidate after ranking. */
export interface RankedCandidate extends Candidate {
  /** Calibrated probability that this is the concept meant, 0 … 1. Candidates that were kept for people but not ranked have 0. */
  readonly probability: number
}

/** Who chose a link's concept, or none: the model that ranks, a rule about names, a language model that was asked, or the author. */
export type ChosenBy = 'model' | 'rule' | 'language-model' | 'author'

/** A mention with its ranked candidates and the concept chosen, if any. */
export interface Link {
  readonly mention: Mention
  /** Where the mention stands in the source file, in UTF-16 units; markup inside the mention is covered. */
  readonly source: Span
  /** Best first. */
  readonly candidates: readonly RankedCandidate[]
  /** Id of the concept chosen; `undefined` means "none of these". */
  readonly chosen?: string
  /** Calibrated probability of what was chosen (of "none" when nothing was), 0 … 1; 1 when the author chose. */
  readonly probability: number
  readonly chosenBy: ChosenBy
}

/** A passage with its links, sorted by `mention.span.start`, not overlapping. */
export interface LinkedPassage {
  readonly passage: Passage
  readonly links: readonly Link[]
}

/** A manuscript with the links of every passage, in reading order. */
export interface LinkedManuscript {
  readonly manuscript: Manuscript
  readonly passages: readonly LinkedPassage[]
  readonly problems: readonly Problem[]
}
