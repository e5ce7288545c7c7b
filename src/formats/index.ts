export * from './bioc/index.ts'
export { createOffsetMap, lengthIn, OFFSET_UNITS, type OffsetMap, type OffsetUnit } from './offsets.ts'
export { readPubtator, writePubtator } from './pubtator/index.ts'
export { ANNOTATED_FORMATS, readAnnotated } from './readAnnotated.ts'
export type { ReadResult } from './readResult.ts'
export {
  chosenConcept,
  groupOf,
  type ChosenConcept,
  type ConceptFacts,
  type ConceptLookUp,
} from './linked.ts'
export { groupLabel, groupOfType, pubtatorType } from './semanticGroups.ts'
export { identifiersOf, parseIdentifiers, type GoldIdentifiers } from './identifiers.ts'
export {
  LINKED_FORMATS,
  writeLinked,
  type LinkedFormat,
  type WriteLinkedOptions,
  type WrittenLinks,
} from './writeLinked.ts'
export type { SourceLookUp } from './rows.ts'
