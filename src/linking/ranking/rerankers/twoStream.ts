import type { Engine } from '../../../inference/index.ts'
import { rankMentions } from '../rank.ts'
import type { Reranker } from '../reranker.ts'

/** What follows when the model neither reads nor ranks. */
export const MODEL_SILENT = 'The model does not answer, so names alone decide until it does'

/**
 * The model that reads a passage once and candidates against it (see `rankMentions`).
 * @param nRanked how many candidates of a mention it reads at most
 */
export function twoStreamReranker(engine: Engine, nRanked: number): Reranker {
  return {
    name: 'two-stream',
    key: [engine.info.fingerprint, nRanked],
    chosenBy: 'model',
    consequence: MODEL_SILENT,
    async rank(text, mentions, { analysis, token, focus }) {
      // What did not read the text will not rank either: it is not asked again for the same passage.
      return analysis && (await rankMentions(text, mentions, { engine, nRanked, token, focus }))
    },
  }
}
