export { candidateAsOf } from './asOfText.ts'
export type { ConceptByNames } from './asOfText.ts'
export { conceptFilter, readRestriction } from './conceptFilter.ts'
export type { ReadRestriction, Restriction } from './conceptFilter.ts'
export { retrieveCandidates, retrieveWithMatches } from './retrieve.ts'
export type { CandidateWithMatches, RetrieveOptions } from './retrieve.ts'
export { candidatesOf } from './source.ts'
export type { AskSource, CandidateLayer, CandidateSource } from './source.ts'
export {
  denseSource,
  exactSource,
  fusedSource,
  lexicalSource,
  vocabularySource,
} from './sources/knowledge.ts'
export type { Shelf } from './sources/knowledge.ts'
export { movedVector, rocchioSource } from './sources/rocchio.ts'
export type { RocchioOptions } from './sources/rocchio.ts'
export { remoteSource } from './sources/remote.ts'
export type { RemoteConcept, RemoteLookUp } from './sources/remote.ts'
