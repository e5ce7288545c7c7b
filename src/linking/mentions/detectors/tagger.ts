import { headsOf, taggedSpans } from '../tagger.ts'
import type { MentionDetector } from '../detector.ts'

/**
 * The spans that the tagger of the model that ranks marks, improbable ones too.
 * @param heads conventions of the model that count; names that it does not have are ignored
 */
export function taggerDetector(heads: readonly string[]): MentionDetector {
  return {
    name: 'tagger',
    key: heads,
    consequence: 'The tagger does not answer, so its mentions are missing until it does',
    async propose({ analysis }) {
      const read = await analysis
      return (
        read &&
        headsOf(read, heads)
          .flatMap(taggedSpans)
          .map((span) => ({ ...span, origins: ['tagger'] }))
      )
    },
  }
}
