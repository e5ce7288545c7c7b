import type { Gliner, LabelAsked } from '../../../inference/index.ts'
import type { MentionDetector } from '../detector.ts'
import { selectSpans } from '../gliner/index.ts'
import { proposal } from '../proposal.ts'

/** What is of a type that the author named in words, found by a GLiNER model. */
export function namedTypesDetector(gliner: Gliner, labels: readonly LabelAsked[]): MentionDetector {
  return {
    name: 'named-types',
    key: [gliner.info.fingerprint, labels],
    consequence: 'The model for named types does not answer, so their mentions are missing until it does',
    async propose({ text, token }) {
      const found = await gliner.spans(text, labels, token)
      return selectSpans(found, { nested: false, multiLabel: false }).map(
        ({ label, probability, ...span }) => ({
          ...proposal(text, span, 'named-type'),
          namedType: label,
          probability,
          vetted: true,
        }),
      )
    },
  }
}
