import type { CancellationToken } from '../../core/index.ts'
import type { ScoredSpan } from '../gliner/gliner.ts'
import type { SchemeName } from './scheme.ts'

/**
 * A token-classification model (Devlin et al. 2019, section 5.3): every word piece of a text gets a label such as `B-Disease`. Calls may
 * overlap. A cancelled call rejects with `CancelledError`, a failing one with `ConceptLensError`.
 */
export interface TokenClassifier {
  readonly info: TokenClassifierInfo
  /** The entities of a text: sorted, not overlapping. Their labels are types without the scheme's prefix (`Disease`). */
  spans(text: string, token?: CancellationToken): Promise<readonly ScoredSpan[]>
  /** Ends the model's process. Calls under way reject with `CancelledError`. Safe to call twice. */
  dispose(): Promise<void>
}

/** What a token-classification model is and how it is read. */
export interface TokenClassifierInfo {
  /** Name of its folder. */
  readonly name: string
  /** Changes whenever one of the model's files changes, or how it is read. */
  readonly fingerprint: string
  readonly scheme: SchemeName
  /** What it finds, in the order of its labels. */
  readonly types: readonly string[]
  readonly aggregation: Aggregation
  readonly provider: string
}

/** How labels of word pieces become labels of words; the names are those of `transformers`' pipelines. */
export const aggregations = ['simple', 'first', 'average', 'max'] as const

/**
 * `simple`: pieces are joined as they are. Else the pieces of a word get one label: that of the `first`, that of their `average`
 * probabilities, or that of the piece that is surest (`max`).
 */
export type Aggregation = (typeof aggregations)[number]
