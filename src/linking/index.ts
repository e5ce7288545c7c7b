export type { Convention, Detection, LinkingSettings } from './settings.ts'
export { defaultLinkingSettings } from './settings.ts'
export type {
  Decision,
  DecisionScope,
  LinkDecision,
  MentionDecision,
  NoneDecision,
  TextQuoteSelector,
} from './decision.ts'
export type { Explanation, ExplanationReason, ExplanationStep } from './explanation.ts'
export type { GivenMention, Linker, LinkOptions } from './linkerApi.ts'
export { retrieveCandidates, retrieveWithMatches } from './candidates/index.ts'
export type { CandidateWithMatches, RetrieveOptions } from './candidates/index.ts'
export { featureNames, featuresOf } from './ranking/index.ts'
export type { FeatureInput, FeatureName } from './ranking/index.ts'
