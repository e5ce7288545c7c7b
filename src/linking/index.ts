export {
  addDecision,
  anchorOf,
  isFileOf,
  placeDecisions,
  readDecisions,
  removeDecision,
  writeDecisions,
} from './decisions/index.ts'
export type {
  Decision,
  DecisionFile,
  DecisionScope,
  LinkDecision,
  NoneDecision,
  Placement,
  Placements,
  TextQuoteSelector,
} from './decisions/index.ts'
export type { Explanation, ExplanationReason, ExplanationStep } from './explanation.ts'
export type { GivenMention, Linker, LinkOptions } from './linkerApi.ts'
export {
  conceptFilter,
  readRestriction,
  retrieveCandidates,
  retrieveWithMatches,
} from './candidates/index.ts'
export type {
  CandidateWithMatches,
  ReadRestriction,
  Restriction,
  RetrieveOptions,
} from './candidates/index.ts'
export {
  createPromptedExtractor,
  findAbbreviations,
  promptedDetector,
  readLabels,
  readTypeGroups,
  selectSpans,
  tokenClassificationDetector,
} from './mentions/index.ts'
export type {
  ClassifierRules,
  Decoding,
  MentionDetector,
  PromptedExtractor,
  ReadLabels,
  ReadTypeGroups,
} from './mentions/index.ts'
export { createMentionFinder } from './mentionFinder.ts'
export type { FinderParts, MentionFinder } from './mentionFinder.ts'
export { createStages } from './stages.ts'
export { candidateToScore, featureNames, featuresOf, featureVectors } from './ranking/index.ts'
export type { FeatureInput, FeatureName, Features } from './ranking/index.ts'
export { decideMentions, seededRandom, shuffled } from './ranking/generative/index.ts'
export type { Decided, DecideOptions, MentionToDecide, Opinion } from './ranking/generative/index.ts'
export { createConceptSearch } from './search/index.ts'
export type { ConceptSearch, FoundConcept, Match, SearchOptions } from './search/index.ts'
export { createLinker } from './linker.ts'
export type { LinkerParts } from './linker.ts'
export { pipelineClassifiers } from './pipelineClassifiers.ts'
export type { PipelineClassifiers } from './pipelineClassifiers.ts'
export type { RemoteConcept, RemoteLookUp } from './candidates/index.ts'
export type { AskedModel } from './asking.ts'
export { isShown, onlyShown } from './shown.ts'
