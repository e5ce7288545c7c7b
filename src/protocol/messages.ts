import type { PassageTrace } from '../core/index.ts'
import type { DescribedKnowledgeBase, DescribeParams, KnowledgeBaseChangedParams } from './knowledgeBases.ts'
import type { PerformanceReport } from './performance.ts'

/**
 * What client and server say to each other beside the Language Server Protocol. Names begin with `conceptLens/`.
 * Positions and ranges are LSP's (zero-based line, UTF-16 character), so that both sides use their own types.
 */

/** A position in a document, as in LSP. */
export interface WirePosition {
  readonly line: number
  readonly character: number
}

/** A half-open range of a document, as in LSP. */
export interface WireRange {
  readonly start: WirePosition
  readonly end: WirePosition
}

/** How far a decision reaches: this occurrence, this document, or every document of the workspace folder. */
export type DecisionScope = 'here' | 'document' | 'project'

/** What client and server agree on before the first document; `initializationOptions` of LSP. */
export interface InitializationOptions {
  /** Hovers may hold links that run {@link CLIENT_COMMANDS}; false or absent in editors without them. */
  readonly commandLinks?: boolean
  /** The client tells what it shows ({@link VisibleRangesParams}), so that low power can keep to that. */
  readonly visibleRanges?: boolean
  /** A person trusts the workspace: its files may say which pipeline is run. False or absent in editors that do not ask. */
  readonly isTrusted?: boolean
  /** The client answers `conceptLens/askLanguageModel`. */
  readonly languageModels?: boolean
  /** Settings for clients that cannot be asked for them (`workspace/configuration`); as under `conceptLens`. */
  readonly settings?: unknown
}

export interface DocumentParams {
  readonly uri: string
}

export interface PositionParams extends DocumentParams {
  readonly position: WirePosition
}

export interface RangeParams extends DocumentParams {
  readonly range: WireRange
}

/** What the client shows now of a document; its passages are linked first. An empty list: nothing of it. */
export interface VisibleRangesParams extends DocumentParams {
  readonly ranges: readonly WireRange[]
}

/** What linking a document came to. */
export interface LinkSummary {
  readonly nPassages: number
  /** Links whose probability reaches the setting, including what the author chose. */
  readonly nShown: number
  /** All links with a concept. */
  readonly nLinks: number
  /** Sentences for people: what was wrong with the document; at most 20. */
  readonly problems: readonly string[]
}

/** One step of the way from a word to its link. */
export interface ExplanationStep {
  /** Stable and kebab-case, for example `ranked-none`. */
  readonly reason: string
  /** A sentence of plain text. */
  readonly message: string
}

/** Why a word is linked, or not. */
export interface Explanation {
  /** The word asked about; empty when there is none at the position. */
  readonly word: string
  /** Where it stands; absent when there is none. */
  readonly range?: WireRange
  /** In the order of the pipeline; never empty; the last one decided. */
  readonly steps: readonly ExplanationStep[]
}

/** A concept as a list shows it. */
export interface ConceptItem {
  readonly id: string
  /** The id as people read it: `C0009443`. */
  readonly shownId: string
  readonly name: string
  /** Readable semantic types or groups, empty when unknown. */
  readonly types: readonly string[]
  /** The name that matched, when it is not the preferred one. */
  readonly matched?: string
  /** As people read it: `82 %`, `< 1 %`; absent for concepts that were not ranked. */
  readonly probability?: string
}

/** The candidates for a stretch of text. */
export interface CandidateList {
  /** The mention's words, or those of the selection. */
  readonly text: string
  readonly range: WireRange
  /** There is a mention already; else one is made when a concept is chosen. */
  readonly isMention: boolean
  /** Id of the concept chosen now. */
  readonly chosen?: string
  readonly items: readonly ConceptItem[]
}

export interface SearchParams {
  readonly text: string
  readonly limit: number
  /** The document whose knowledge base is searched. */
  readonly uri?: string
}

/** An author's choice for the mention at a range. */
export interface DecideParams extends RangeParams {
  /** The concept meant; absent: not a concept. */
  readonly id?: string
  readonly scope: DecisionScope
}

/** What the server needs to ask the UMLS for definitions. It asks only where the setting `umls.definitions` is on. */
export interface UmlsParams {
  /** The person's key; absent when none is stored. It is kept in memory alone. */
  readonly key?: string
  /** Folder where answers are kept. */
  readonly cacheFolder: string
  readonly network: NetworkSettings
}

/** How to reach other machines; what is absent comes from the server's environment. */
export interface NetworkSettings {
  readonly proxy?: string
  /** Hosts reached without the proxy, separated by commas. */
  readonly noProxy?: string
  readonly strictSsl: boolean
}

/** What became of a decision or of its undoing. */
export interface DecideResult {
  readonly done: boolean
  /** A sentence for people: what was decided, or why nothing was. */
  readonly message: string
}

export interface ExportParams extends DocumentParams {
  readonly format: ExportFormat
}

export type ExportFormat = 'bioc-xml'

/** An export, ready to be written. */
export interface ExportResult {
  /** The whole file. */
  readonly content: string
  /** Files to write beside it (BioC's key file): name without folder → content. */
  readonly companions: Readonly<Record<string, string>>
  readonly nAnnotations: number
}

/** What runs in the server, for people. */
export interface ServerInfo {
  readonly knowledgeBase?: { readonly name: string; readonly version: string; readonly nConcepts: number }
  /** Absent when links are ordered without a model. */
  readonly model?: { readonly name: string; readonly version: string; readonly provider: string }
  /** What does not work, as sentences. */
  readonly problems: readonly string[]
}

/** A trial to make; without `rerun` the latest one is told. */
export interface PerformanceParams {
  /** Makes a new trial first, and answers when it is done. */
  readonly rerun: boolean
}

/** `starting`: knowledge base or model are being opened. `limited`: something is missing, see `message`. */
export type ServerState = 'starting' | 'ready' | 'limited'

/** `off`: the setting says so or the language is not linked. */
export type DocumentState = 'off' | 'waiting' | 'linking' | 'linked'

/** Questions for a language model that the editor offers. */
export interface AskLanguageModelParams {
  /** Vendor, family or id; empty: the first one. */
  readonly model: string
  readonly prompts: readonly string[]
  /** An answer ends after so many UTF-16 units, whatever the model would still say. */
  readonly mostChars: number
}

/** What the editor's language model wrote, in the order of the prompts, or why it could not be asked, as a sentence. */
export type AskLanguageModelResult =
  { readonly name: string; readonly answers: readonly string[] } | { readonly problem: string }

/** Where git could be told to merge decisions. */
export interface GitAttributesParams {
  /** URI of the `.gitattributes` file; it may not exist yet. */
  readonly file: string
  /** The line to add, without its line end. */
  readonly line: string
}

/** State of the server and of one document; sent whenever it changes, at most a few times a second. */
export interface StatusParams {
  readonly server: ServerState
  /** A sentence about what is missing. */
  readonly message?: string
  readonly document?: DocumentStatus
  /** A sentence about why little is done by itself now; absent when it is not so. */
  readonly lowPower?: string
  /** What the language model has cost since the server started, or why it is not asked, as a sentence; absent when there is neither. */
  readonly languageModel?: string
}

export interface DocumentStatus {
  readonly uri: string
  readonly state: DocumentState
  /** Passages linked and passages in all, while linking. */
  readonly nDone: number
  readonly nPassages: number
  readonly nShown: number
}

/** Requests of the client: method → parameters and result. */
export interface Requests {
  /** Links the whole document now, even when linking is switched off; answers when done. Can be cancelled. */
  'conceptLens/linkDocument': { params: DocumentParams; result: LinkSummary }
  /** Why the word at a position is linked or not; `null` for a document that is not open. */
  'conceptLens/explain': { params: PositionParams; result: Explanation | null }
  /** The way of the passage at a position through the pipeline; `null` where there is no prose. */
  'conceptLens/trace': { params: PositionParams; result: PassageTrace | null }
  /** Candidates of the mention at, or for the text of, a range; `null` where there is no prose. */
  'conceptLens/candidates': { params: RangeParams; result: CandidateList | null }
  'conceptLens/search': { params: SearchParams; result: readonly ConceptItem[] }
  'conceptLens/decide': { params: DecideParams; result: DecideResult }
  /** Takes back the latest decision that concerns the document, or the one at `position` when given. */
  'conceptLens/undo': { params: DocumentParams & { readonly position?: WirePosition }; result: DecideResult }
  /** Exports what the editor shows, saved or not; links first what is not linked yet. Can be cancelled. */
  'conceptLens/export': { params: ExportParams; result: ExportResult }
  /** What the model runs on and why. Can be cancelled while a trial is made. */
  'conceptLens/performance': { params: PerformanceParams; result: PerformanceReport }
  'conceptLens/info': { params: Record<string, never>; result: ServerInfo }
  /** What the given folders hold, in their order; reads their manifests alone. */
  'conceptLens/knowledgeBases': { params: DescribeParams; result: readonly DescribedKnowledgeBase[] }
}

/** Requests of the server, for clients that said in {@link InitializationOptions} that they answer them. */
export interface ServerRequests {
  /** Can be cancelled. */
  'conceptLens/askLanguageModel': { params: AskLanguageModelParams; result: AskLanguageModelResult }
}

/** Notifications of the client. */
export interface ClientNotifications {
  'conceptLens/visibleRanges': VisibleRangesParams
  /** Stops linking a document until it changes or is asked for again. */
  'conceptLens/cancel': DocumentParams
  /** A knowledge base was made anew in its folder, or removed: what links to it links again. */
  'conceptLens/knowledgeBaseChanged': KnowledgeBaseChangedParams
  /** The workspace is trusted from now on. */
  'conceptLens/trusted': Record<string, never>
  /** The key for the UMLS, or the way to the network, is this from now on. */
  'conceptLens/umls': UmlsParams
}

/** Notifications of the server. */
export interface ServerNotifications {
  'conceptLens/status': StatusParams
  /** Decisions were written in a git repository that would not merge them line by line; people may be asked. */
  'conceptLens/offerGitAttributes': GitAttributesParams
}

export type RequestMethod = keyof Requests
export type ParamsOf<M extends RequestMethod> = Requests[M]['params']
export type ResultOf<M extends RequestMethod> = Requests[M]['result']

/** Commands that the server runs through `workspace/executeCommand`; their argument is that of the request named alike. */
export const SERVER_COMMANDS = {
  /** Argument: {@link DecideParams}. */
  decide: 'conceptLens.server.decide',
  /** Argument: {@link DocumentParams}, optionally with `position`. */
  undo: 'conceptLens.server.undo',
} as const

/** Commands of the editor that quick fixes and hovers name. All take one argument, absent when run by a person. */
export const CLIENT_COMMANDS = {
  linkDocument: 'conceptLens.linkDocument',
  exportBioc: 'conceptLens.exportBioc',
  /** Optional argument: {@link PositionParams}. */
  why: 'conceptLens.why',
  /** Optional argument: {@link PositionParams}. */
  explainPassage: 'conceptLens.explainPassage',
  /** Optional argument: {@link RangeParams}. */
  chooseConcept: 'conceptLens.chooseConcept',
  /** Optional argument: {@link RangeParams}. */
  notConceptHere: 'conceptLens.notConceptHere',
  /** Optional argument: {@link RangeParams}. */
  notConceptEverywhere: 'conceptLens.notConceptEverywhere',
  /** Optional argument: {@link RangeParams}. */
  linkSelection: 'conceptLens.linkSelection',
  /** Optional argument: {@link DocumentParams}, optionally with `position`. */
  undoDecision: 'conceptLens.undoDecision',
  toggle: 'conceptLens.toggle',
  menu: 'conceptLens.menu',
  showLog: 'conceptLens.showLog',
  restartServer: 'conceptLens.restartServer',
  getStarted: 'conceptLens.getStarted',
  importKnowledgeBase: 'conceptLens.importKnowledgeBase',
  storeUmlsKey: 'conceptLens.storeUmlsKey',
  forgetUmlsKey: 'conceptLens.forgetUmlsKey',
  getOntologies: 'conceptLens.getOntologies',
  addKnowledgeBase: 'conceptLens.addKnowledgeBase',
  useKnowledgeBaseHere: 'conceptLens.useKnowledgeBaseHere',
  useKnowledgeBaseEverywhere: 'conceptLens.useKnowledgeBaseEverywhere',
  updateKnowledgeBase: 'conceptLens.updateKnowledgeBase',
  removeKnowledgeBase: 'conceptLens.removeKnowledgeBase',
  refreshKnowledgeBases: 'conceptLens.refreshKnowledgeBases',
  alignVocabulary: 'conceptLens.alignVocabulary',
  showPerformance: 'conceptLens.showPerformance',
  measurePerformance: 'conceptLens.measurePerformance',
  copyPerformance: 'conceptLens.copyPerformance',
} as const

/** The commands that links in a hover may run. All ask or can be undone; none takes a path. */
export const HOVER_COMMANDS: readonly string[] = [
  CLIENT_COMMANDS.why,
  CLIENT_COMMANDS.chooseConcept,
  CLIENT_COMMANDS.notConceptHere,
  CLIENT_COMMANDS.notConceptEverywhere,
  CLIENT_COMMANDS.undoDecision,
]
