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
