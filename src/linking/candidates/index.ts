export { retrieveCandidates, retrieveWithMatches } from './retrieve.ts'
export type { CandidateWithMatches, RetrieveOptions } from './retrieve.ts'
