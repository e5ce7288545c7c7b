import type { Definition, KnowledgeBase, LanguageModel, LinkedManuscript, Logger } from '../core/index.ts'
import type { Engine, Gliner, MeasuringOptions, TokenClassifier, Trial } from '../inference/index.ts'
import type { Linker, LinkerParts as LinkingParts, RemoteLookUp } from '../linking/index.ts'
import type { ClassifierOptions, Pipeline, PipelineFiles } from '../pipeline/index.ts'
import type { ExportResult, KnowledgeBaseDescription, Settings, UmlsParams } from '../protocol/index.ts'

/** What the server opens on the machine it runs on. Tests give doubles. */
export interface Assets {
  /** `path` empty: the knowledge base that ships with the program. Rejects with `ConceptLensError`. */
  openKnowledgeBase(path: string): Promise<KnowledgeBase>
  /**
   * A knowledge base together with small vocabularies (paths of files or folders): itself, or a view whose closing leaves
   * it open. Those that cannot be used are left out, each with a problem.
   */
  withExtras(main: KnowledgeBase, paths: readonly string[]): Promise<WithExtras>
  /** Changes whenever the file or folder does; empty when there is none. */
  stampOf(path: string): string
  /** What a folder holds, from its manifest alone; `path` as above. Throws `ConceptLensError`. */
  describeKnowledgeBase(path: string): KnowledgeBaseDescription
  /** Rejects with `ConceptLensError` when the model is damaged or cannot run here. */
  openEngine(options: EngineChoice): Promise<Engine>
  /** The model that finds mentions of named types. Rejects with `ConceptLensError`. */
  openGliner(options: GlinerChoice): Promise<Gliner>
  /** A token-classification model of the person's own. Rejects with `ConceptLensError`. */
  openClassifier(options: ClassifierChoice): Promise<TokenClassifier>
  /** The trial that counts for a model on this machine (`path` as above); `undefined` before the first one. */
  knownTrial(modelPath: string): Promise<Trial | undefined>
  /** Makes a trial and keeps it. Rejects with `CancelledError`, or with `ConceptLensError` when nothing runs. */
  measureTrial(modelPath: string, how: Pick<MeasuringOptions, 'token' | 'isIdle'>): Promise<Trial>
  /** Processes that want a core, for each core there is; 0 where the system does not tell. */
  loadPerCore(): number
  /** A language model in a folder or behind a server. Rejects with `ConceptLensError`. */
  openLanguageModel(choice: OwnLanguageModel): Promise<LanguageModel>
  /** The descriptions that ship with the program, and those on this machine. */
  readonly pipelineFiles: PipelineFiles
  /** Opens the way to a service that names candidates. Throws `ConceptLensError` for another machine that is not allowed. */
  openRemote(service: RemoteChoice): RemoteLookUp
  createLinker(parts: LinkerParts, pipeline: Pipeline): Linker
}

/** A service that names candidates. */
export interface RemoteChoice {
  readonly url: string
  readonly timeoutMs: number
  /** Other machines that the person allowed. */
  readonly allowedHosts: readonly string[]
}

/** A knowledge base with extra vocabularies, and which could not be used. */
export interface WithExtras {
  readonly knowledgeBase: KnowledgeBase
  readonly problems: readonly string[]
}

/** Which model runs on what. Two equal choices share one engine. */
export interface EngineChoice {
  /** Empty: the model that ships with the program. */
  readonly modelPath: string
  /** A value of the setting `engine.provider`. */
  readonly provider: string
  /** 0: the server decides. */
  readonly nProcesses: number
}

/** Which model finds mentions of named types, and what it runs on. */
export type GlinerChoice = Pick<EngineChoice, 'modelPath' | 'provider'>

/** Which token-classification model a pipeline names, how it is read, and what it runs on. */
export type ClassifierChoice = GlinerChoice & Pick<ClassifierOptions, 'aggregation'>

/** Which language model is asked about uncertain mentions. */
export type LanguageModelChoice = OwnLanguageModel | { readonly use: 'editor'; readonly model: string }

/** A language model of the person's own. */
export type OwnLanguageModel =
  | ({ readonly use: 'folder' } & Pick<EngineChoice, 'modelPath' | 'provider'>)
  | {
      readonly use: 'server'
      readonly address: string
      readonly model: string
      readonly allowedHosts: readonly string[]
      readonly timeoutMs: number
    }

/** What a linker is made of. */
export type LinkerParts = Pick<
  LinkingParts,
  'knowledgeBase' | 'engine' | 'gliner' | 'classifier' | 'remote' | 'logger'
>

/** Files of the workspace, by URI. Files that are not on this machine (virtual workspaces) do not exist. */
export interface FileAccess {
  /** The text of a file; `undefined` when there is none or it is not UTF-8 text. */
  read(uri: string): string | undefined
  /** Changes whenever the file does; `undefined` when there is none. */
  stamp(uri: string): string | undefined
  /** Whether files can be written beside this one. */
  canWrite(uri: string): boolean
  /** Writes the whole file or nothing, making its folder. Throws when the machine cannot. */
  write(uri: string, text: string): void
}

/** How the server speaks to people. */
export interface Messages extends Logger {
  /** Shows a message in the editor. Every text is shown once while the server lives. */
  show(severity: 'error' | 'warning' | 'info', message: string): void
}

/** Timers, so that tests can do without waiting. */
export interface Timers {
  /** Calls back once after at least `delayMs`; the answer cancels. */
  after(delayMs: number, callback: () => void): () => void
}

/** Where the machine's power comes from. */
export interface PowerSource {
  /** Whether it comes from a battery now; false where there is none or nothing tells. Never rejects. Cheap to ask often. */
  isOnBattery(): Promise<boolean>
}

/** Writes a linked manuscript as a file of an exchange format. */
export type Exporter = (input: {
  readonly linked: LinkedManuscript
  readonly knowledgeBase: KnowledgeBase
  readonly settings: Settings
}) => ExportResult

/** Definitions of UMLS concepts from the network. Asked only where the setting is on. */
export interface RemoteDefinitions {
  /** Uses this key and this way to the network from now on. */
  configure(params: UmlsParams): void
  /** Definitions of a CUI; `undefined` without a key, or when they cannot be had now. Never rejects. */
  of(cui: string): Promise<readonly Definition[] | undefined>
  close(): Promise<void>
}
