/** A term to align: what stands in a row's term column, with its context where there is a column for it. */
export interface Term {
  /** Trimmed, never empty. */
  readonly text: string
  /** What helps to tell what the term means: a description, the label of the form. Never empty. */
  readonly context?: string
}

/** A concept that a term may mean. */
export interface AlignedCandidate {
  readonly id: string
  /** The preferred name. */
  readonly name: string
  /** The name of the concept that is most like the term. */
  readonly matchedName: string
  /** UMLS semantic types as TUIs; empty when unknown. */
  readonly types: readonly string[]
  /** UMLS semantic groups; empty when unknown. */
  readonly groups: readonly string[]
  /** Share of the fused evidence, 0 … 1, higher is better; the shares of all candidates and of "none" add up to 1. */
  readonly score: number
}

/** Whether names, encoder and vectors have the same favourite. `alone`: only the names were asked. */
export type Agreement = 'alone' | 'agree' | 'disagree'

/** What is known of a term before anybody decides. */
export interface Alignment {
  readonly term: Term
  /** Best first, at most {@link CANDIDATES_KEPT}. */
  readonly candidates: readonly AlignedCandidate[]
  /** Calibrated probability that the first candidate is right, 0 … 1; 0 without candidates. */
  readonly probability: number
  readonly agreement: Agreement
}

/** As many candidates of a term are kept for review. */
export const CANDIDATES_KEPT = 8

/** Two rows with the same key are one term. */
export function termKey({ text, context }: Term): string {
  return JSON.stringify(context === undefined ? [text] : [text, context])
}
