export { anchorOf, isFileOf, placeDecisions } from './anchors.ts'
export type { Placement, Placements } from './anchors.ts'
export { applyDecisions } from './applyDecisions.ts'
export type {
  Decision,
  DecisionScope,
  LinkDecision,
  NoneDecision,
  TextQuoteSelector,
} from './decision.ts'
export { addDecision, readDecisions, removeDecision, writeDecisions } from './decisionFile.ts'
export type { DecisionFile } from './decisionFile.ts'
