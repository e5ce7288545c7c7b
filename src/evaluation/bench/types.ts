import type { KnowledgeBase, LanguageModel, Logger } from '../../core/index.ts'
import type { Engine, EngineUse, Gliner } from '../../inference/index.ts'
import type { Linker } from '../../linking/index.ts'

/** One figure of a benchmark. */
export interface BenchResult {
  readonly bench: BenchName
  /** What was compared, for example `two-stream-fp32-arithmetic`. */
  readonly variant: string
  /** On what, for example `200x8x5`: text tokens × mentions × candidates. */
  readonly shape: string
  readonly metric: string
  readonly value: number
  readonly unit: string
}

export type BenchName =
  'manuscript' | 'edit' | 'stress' | 'startup' | 'packing' | 'cascade' | 'kb' | 'gliner' | 'order'

/** The machine and what ran on it; absolute figures mean nothing without. */
export interface BenchEnvironment {
  readonly cpu: string
  readonly nCores: number
  readonly memoryMiB: number
  /** Processes that wanted a core in the last minute: above `nCores` the figures are those of a busy machine. */
  readonly load: number
  readonly platform: string
  readonly node: string
  readonly model?: string
  readonly provider?: string
}

export interface BenchReport {
  readonly environment: BenchEnvironment
  readonly results: readonly BenchResult[]
}

/** A manuscript to link. */
export interface BenchFile {
  readonly file: string
  readonly text: string
}

/** A linker that starts cold: nothing cached. */
export interface ColdLinker {
  readonly linker: Linker
  readonly knowledgeBase: KnowledgeBase
  readonly engine: Engine | undefined
  dispose(): Promise<void>
}

/** How the shell lets the benchmarks at the program's parts. A benchmark whose parts are missing is an error when asked for by name. */
export interface BenchParts {
  /** Opens a linker as people get it, a new one each time. */
  readonly openLinker: (use: EngineUse) => Promise<ColdLinker>
  /** For `manuscript`. */
  readonly manuscripts?: readonly BenchFile[]
  /** For `edit`: a long manuscript. */
  readonly edited?: BenchFile
  /** For `stress`. */
  readonly stressed?: StressParts
  /** For `startup`: the program and arguments of the language server on stdio. */
  readonly server?: { readonly program: string; readonly args: readonly string[] }
  /** For `kb`. */
  readonly knowledgeBase?: KnowledgeBaseParts
  /** For `packing`. */
  readonly packing?: PackingParts
  /** For `cascade`. */
  readonly cascade?: CascadeParts
  /** For `gliner`. */
  readonly namedTypes?: NamedTypeParts
  /** For `order`. */
  readonly order?: OrderParts
  readonly progress?: (message: string) => void
}

/** A manuscript that is repeated until it has so many words. */
export interface StressParts extends BenchFile {
  readonly nWords: number
}

export interface PackingParts {
  /** The bundle of the engine's process. */
  readonly engineScript: string
  /** Folders of two-stream models, the one that ships among them. */
  readonly twoStreamModels: readonly string[]
  /** Folders of dense cross-encoders of the same encoder. */
  readonly denseModels: readonly string[]
  /** How many threads a process uses; all variants once for each. Default 1. */
  readonly threads?: readonly number[]
  /** Default 5, and one to warm up. */
  readonly rounds?: number
  readonly logger: Logger
  readonly progress?: (message: string) => void
}

export interface CascadeParts {
  /** The bundle of the engine's process. */
  readonly engineScript: string
  /** Folder of the two-stream model. */
  readonly modelDir: string
  /** Folder of a dense cross-encoder of the same encoder, for the published way. */
  readonly denseModel?: string | undefined
  readonly logger: Logger
}

export interface OrderParts {
  /** The bundle of the engine's process. */
  readonly engineScript: string
  /** Folders of dense cross-encoders. */
  readonly denseModels: readonly string[]
  readonly openLanguageModel?: () => Promise<LanguageModel | undefined>
  /** How many different mentions are asked about; 100 by default. */
  readonly nMentions?: number
  readonly logger: Logger
}

export interface NamedTypeParts {
  /** Opens a bi-encoder that knows no vectors of types yet. */
  readonly openBi: () => Promise<Gliner>
  /** Opens a uni-encoder of the same size, to compare with. */
  readonly openUni?: () => Promise<Gliner>
  /** At least as many types as are asked for at once. */
  readonly labels: readonly string[]
}

export interface KnowledgeBaseParts {
  /** Opens the store anew. */
  readonly open: () => KnowledgeBase
  /** Texts to look up, as authors write them. */
  readonly queries: readonly string[]
  /** How many of them are compared with brute force over all names; 2,000 by default. */
  readonly nChecked?: number
  /** Size of the store's files. */
  readonly diskBytes?: number
  /** Builds the store again somewhere else, to be timed. */
  readonly importAgain?: () => Promise<void>
}
