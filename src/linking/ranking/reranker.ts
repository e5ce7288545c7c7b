import type { CancellationToken } from '../../core/index.ts'
import type { TextAnalysis } from '../../inference/index.ts'
import type { MentionToRank, RankFocus, Ranking } from './rank.ts'

/** What a call of {@link Reranker.rank} comes with. */
export interface RankCall {
  /** What the model that ranks reads of the text; `undefined` without one, and while it does not answer. */
  readonly analysis?: TextAnalysis | undefined
  readonly token?: CancellationToken | undefined
  /** Where the answer is wanted first; a ranker that is quick anyway may ignore it. */
  readonly focus?: RankFocus | undefined
}

/** One for each mention asked about; `undefined` for those that are left to others. */
export type Rankings = readonly (Ranking | undefined)[]

/** Says how probable each candidate of a mention is. */
export interface Reranker {
  /** As in the description of a pipeline: `two-stream`. */
  readonly name: string
  /** Everything that its answer depends on besides its input, as JSON can hold it: part of the key of kept results. */
  readonly key: unknown
  /** Whether its probabilities are a model's, or a rule's. */
  readonly chosenBy: 'model' | 'rule'
  /** What follows when it fails, for people; ends without a full stop. */
  readonly consequence: string
  /**
   * Ranks mentions of one text. The answer has their order, with `undefined` for each that it leaves to the next ranker;
   * `undefined` instead of a list when it cannot say now. It may also fail, which is told to people once. A cancelled call
   * rejects with `CancelledError`.
   */
  rank(
    text: string,
    mentions: readonly MentionToRank[],
    call: RankCall,
  ): Rankings | undefined | Promise<Rankings | undefined>
}
