import type { TokenClassifier } from '../../../inference/index.ts'
import type { MentionDetector } from '../detector.ts'
import { proposal } from '../proposal.ts'

/** What is taken of a token-classification model, and how. */
export interface ClassifierRules {
  /** Semantic groups by type; the mentions of the other types are shown by their type. */
  readonly groups: Readonly<Record<string, string>>
  /** The least probability of a mention, 0 … 1; not calibrated. */
  readonly threshold: number
}

/** The entities that a token-classification model finds. */
export function tokenClassificationDetector(
  classifier: TokenClassifier,
  { groups, threshold }: ClassifierRules,
): MentionDetector {
  return {
    name: 'token-classification',
    key: [classifier.info.fingerprint, groups, threshold],
    consequence: 'The token-classification model does not answer, so its mentions are missing until it does',
    async propose({ text, token }) {
      const found = await classifier.spans(text, token)
      return found
        .filter(({ probability }) => probability >= threshold)
        .map(({ label, probability, ...span }) => ({
          ...proposal(text, span, 'token-classification'),
          ...typeOf(label, groups),
          probability,
          vetted: true,
        }))
    },
  }
}

/** A type that has a semantic group is shown as such; another one as the model calls it. */
export function typeOf(
  label: string,
  groups: ClassifierRules['groups'],
): { readonly group: string } | { readonly namedType: string } {
  const group = groups[label]
  return group === undefined ? { namedType: label } : { group }
}
