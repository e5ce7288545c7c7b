import type { CancellationToken } from '../../core/index.ts'

/**
 * A GLiNER model (Zaratiana et al. 2024, arXiv:2311.08526; as bi-encoder: Stepanov et al. 2026): finds stretches of a text that
 * are of types which people name in words ("assay", "cell line"). Calls may overlap. A cancelled call rejects with
 * `CancelledError`, a failing one with `ConceptLensError`.
 */
export interface Gliner {
  readonly info: GlinerInfo
  /**
   * Every stretch that may be of a type: those that reach its label's threshold, in reading order, overlapping ones
   * too. Labels are embedded once per model when it is a bi-encoder.
   */
  spans(
    text: string,
    labels: readonly LabelAsked[],
    token?: CancellationToken,
  ): Promise<readonly ScoredSpan[]>
  /** Ends the model's process. Calls under way reject with `CancelledError`. Safe to call twice. */
  dispose(): Promise<void>
}

/** What a GLiNER model is. */
export interface GlinerInfo {
  readonly architecture: GlinerArchitecture
  /** Name of its folder. */
  readonly name: string
  /** Changes whenever one of the model's files changes. */
  readonly fingerprint: string
  readonly provider: string
}

/**
 * `bi`: labels have an encoder of their own, so that a text costs the same for any number of them. `uni`: labels are read together
 * with each text. `span`: stretches of up to some words are scored. `token`: words are scored as start, end and inside.
 */
export type GlinerArchitecture = 'bi-span' | 'bi-token' | 'uni-span' | 'uni-token'

/** A type that is asked for. */
export interface LabelAsked {
  readonly label: string
  /** A span needs a larger probability than this, 0 … 1. */
  readonly threshold: number
}

/** A stretch of a text with one of the labels. */
export interface ScoredSpan {
  /** In the text, UTF-16 units, half-open. */
  readonly start: number
  readonly end: number
  readonly label: string
  /** 0 … 1; not calibrated. */
  readonly probability: number
}
