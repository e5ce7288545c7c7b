/** A W3C TextQuoteSelector over a passage's prose (https://www.w3.org/TR/annotation-model/#text-quote-selector). */
export interface TextQuoteSelector {
  /** The quoted prose, verbatim. */
  readonly exact: string
  /** At most 32 UTF-16 units of prose before it, in the same passage. */
  readonly prefix: string
  /** At most 32 UTF-16 units of prose after it, in the same passage. */
  readonly suffix: string
}

/** Where a decision holds: at its anchor, for the same words in its document, or for the same words everywhere. */
export type DecisionScope = 'here' | 'document' | 'project'

interface DecisionBase {
  /** The file it was made in: path relative to the folder that holds `.conceptlens`, with `/`. */
  readonly file: string
  readonly scope: DecisionScope
  readonly anchor: TextQuoteSelector
  /** When it was made, ISO 8601 in UTC. The latest of contradicting decisions wins. */
  readonly created: string
}

/** The author says which concept is meant. */
export interface LinkDecision extends DecisionBase {
  readonly action: 'link'
  readonly id: string
  /** The concept's preferred name at that time, for people who read the file. */
  readonly name: string
}

/** The author says that this is not a concept. */
export interface NoneDecision extends DecisionBase {
  readonly action: 'none'
}

/**
 * What an author decided about some words; one line of `.conceptlens/decisions.jsonl`.
 *
 * @example `{"file":"paper.md","scope":"document","action":"link","exact":"cold","prefix":"caught a ","suffix":" last","id":"UMLS:C0009443","name":"Common Cold","created":"2026-01-31T12:00:00.000Z"}`
 */
export type Decision = LinkDecision | NoneDecision
