export { expandText, expansionsIn, findAbbreviations, usesOf } from './abbreviations.ts'
export type { Abbreviation, Abbreviations, AbbreviationUse } from './abbreviations.ts'
export { givenMention, groupSharesIn, isGeneralWord, judge, mentionsAmong } from './detect.ts'
export type { JudgingRules, MentionContext } from './detect.ts'
export { detectorsIn, proposalsOf } from './detector.ts'
export type {
  AskDetector,
  AuthorSpan,
  DetectorPlan,
  FirstOf,
  MentionDetector,
  PassageToRead,
} from './detector.ts'
export { authorMarks } from './detectors/authorMarks.ts'
export { dictionaryDetector } from './detectors/dictionary.ts'
export { namedTypesDetector } from './detectors/namedTypes.ts'
export { promptedDetector } from './detectors/prompted.ts'
export { taggerDetector } from './detectors/tagger.ts'
export { tokenClassificationDetector } from './detectors/tokenClassification.ts'
export type { ClassifierRules } from './detectors/tokenClassification.ts'
export { readLabels, selectSpans } from './gliner/index.ts'
export type { Decoding, ReadLabels } from './gliner/index.ts'
export { createPromptedExtractor } from './prompted/index.ts'
export type { ExtractionCounts, PromptedExtractor } from './prompted/index.ts'
export type { Proposal, Rejection } from './proposal.ts'
export { readTypeGroups } from './tokenClassification/typeGroups.ts'
export type { ReadTypeGroups } from './tokenClassification/typeGroups.ts'
export { isWordBounded, wordsOf } from './words.ts'
export type { Word } from './words.ts'
