export { createConceptSearch } from './search.ts'
export type { ConceptSearch, FoundConcept, SearchOptions } from './search.ts'
export type { Match } from './ranks.ts'
