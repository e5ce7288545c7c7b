import type { MentionDetector } from '../detector.ts'
import type { PromptedExtractor } from '../prompted/index.ts'
import { proposal } from '../proposal.ts'
import { typeOf } from './tokenClassification.ts'

/**
 * What a language model lists when it is asked for mentions: for comparison, as a passage takes it seconds. It says no probability.
 * @param groups semantic groups by type
 */
export function promptedDetector(
  extractor: PromptedExtractor,
  groups: Readonly<Record<string, string>>,
): MentionDetector {
  return {
    name: 'language-model',
    key: [extractor.model, extractor.types, groups],
    consequence: 'The language model does not answer, so its mentions are missing until it does',
    async propose({ text, token }) {
      const found = await extractor.mentions(text, token)
      return found.map(({ label, ...span }) => ({
        ...proposal(text, span, 'language-model'),
        ...typeOf(label, groups),
        vetted: true,
      }))
    },
  }
}
