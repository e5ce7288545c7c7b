export {
  createCandidateService,
  type CandidateService,
  type CandidateServiceOptions,
  type NamedConcept,
} from './candidates/service.ts'
export { download, type DownloadOptions } from './download.ts'
export { createHttp, type Http, type HttpAnswer, type HttpOptions } from './http.ts'
export { readServerAddress, type ServerAddress } from './languageModel/address.ts'
export type { Completion, TokenChoice, TokenProbability, TokenUsage } from './languageModel/completion.ts'
export {
  createLanguageModelServer,
  type ChatMessage,
  type ChatRequest,
  type CompletionRequest,
  type LanguageModelServer,
  type LanguageModelServerOptions,
} from './languageModel/server.ts'
export { createServerModel } from './languageModel/serverModel.ts'
export { openOntologies, type Licence, type OntologyFile, type OpenOntology } from './ontologies/catalog.ts'
export { getOntologies, ontologiesByIds, type GetOptions } from './ontologies/getOntologies.ts'
export { acceptedLicences, acceptLicences } from './ontologies/licences.ts'
export { createUmlsDefinitions, type DefinitionsOptions, type UmlsDefinitions } from './umls/definitions.ts'
export { userCacheFolder } from './userCacheFolder.ts'
