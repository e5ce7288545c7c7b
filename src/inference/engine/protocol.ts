import type { LetterAnswers, LetterQuestion, Prompt, WrittenText } from '../../core/index.ts'
import type { MentionScores, MentionToScore } from '../engine.ts'
import type { GenerativeFolder } from '../generative/modelFolder.ts'
import type { GlinerConfig } from '../gliner/glinerConfig.ts'
import type { ModelManifest } from '../modelManifest.ts'
import type { DenseModel } from '../packing/denseModel.ts'
import type { DenseOptions, DenseScores, PassageToRank } from '../packing/types.ts'
import type { MatrixProduct } from './productGraph.ts'
import type { ProviderName } from '../providers.ts'
import type { ClassifierConfig } from '../tokenClassification/classifierConfig.ts'
import type { Aggregation } from '../tokenClassification/tokenClassifier.ts'
import type { Asked, LabelledSpan } from './gliner/model.ts'

/**
 * What the parent sends to the engine's process. Nothing of the answers (but what they cost) depends on what was sent before, so
 * that a request can be repeated to a new process.
 */
export type EngineRequest =
  | { readonly kind: 'load'; readonly id: number; readonly options: LoadOptions }
  | { readonly kind: 'analyse'; readonly id: number; readonly text: string; readonly threads?: number }
  | {
      readonly kind: 'score'
      readonly id: number
      /** How many the processor may use for it; without it, those that it was loaded with. */
      readonly threads?: number
      readonly text: string
      readonly mentions: readonly MentionToScore[]
    }
  /** Vectors of labels, of a GLiNER bi-encoder. */
  | { readonly kind: 'embed'; readonly id: number; readonly labels: readonly string[] }
  /** Spans of a text that reach the threshold of a label, of a GLiNER model. */
  | { readonly kind: 'spans'; readonly id: number; readonly text: string; readonly asked: Asked }
  /** Entities of a text, of a token-classification model. */
  | {
      readonly kind: 'classify'
      readonly id: number
      readonly text: string
      readonly aggregation: Aggregation
    }
  /** Of a dense cross-encoder. */
  | {
      readonly kind: 'rank'
      readonly id: number
      readonly passages: readonly PassageToRank[]
      readonly options: DenseOptions
    }
  /** Letters that follow questions, of a causal language model. */
  | { readonly kind: 'choose'; readonly id: number; readonly questions: readonly LetterQuestion[] }
  /** Of a causal language model. */
  | { readonly kind: 'write'; readonly id: number; readonly prompt: Prompt; readonly maxTokens: number }
  /** Of a matrix product: so many products, one after the other. */
  | { readonly kind: 'multiply'; readonly id: number; readonly times: number }
  /** The request with this id is no longer wanted; it is still answered, with `cancelled` or what was ready. */
  | { readonly kind: 'cancel'; readonly id: number }

/** What the engine's process needs before anything else; sent first and once. It holds one model. */
export type LoadOptions =
  TwoStreamLoad | DenseLoad | GlinerLoad | GenerativeLoad | ClassifierLoad | ProductLoad

interface LoadBase {
  readonly provider: ProviderName
  readonly threads: number
  /** The lowest priority instead of one below the editor's: for measurements that nobody waits for. */
  readonly isIdle?: boolean
}

/** The two-stream encoder, which answers `analyse` and `score`. */
export interface TwoStreamLoad extends LoadBase {
  readonly engine: 'two-stream'
  readonly modelDir: string
  readonly manifest: ModelManifest
  /** The graph's file in the model's folder. */
  readonly graph: string
  /** For the states of texts read lately. */
  readonly cacheBytes: number
  /** Requests may come with so many threads too: gets ready for them when it has nothing else to do. */
  readonly alsoThreads?: number
}

/** A dense cross-encoder, which answers `rank`. */
export interface DenseLoad extends LoadBase {
  readonly engine: 'dense'
  readonly modelDir: string
  readonly model: DenseModel
}

/** A GLiNER model, which answers `embed` and `spans`. */
export interface GlinerLoad extends LoadBase {
  readonly engine: 'gliner'
  readonly config: GlinerConfig
}

/** A causal language model, which answers `choose` and `write`. */
export interface GenerativeLoad extends LoadBase {
  readonly engine: 'generative'
  readonly model: GenerativeFolder
}

/** A token-classification model, which answers `classify`. */
export interface ClassifierLoad extends LoadBase {
  readonly engine: 'token-classification'
  readonly config: ClassifierConfig
}

/** One matrix product alone, which answers `multiply`: what the processor can do at most. */
export interface ProductLoad extends LoadBase, MatrixProduct {
  readonly engine: 'product'
}

/** Exactly one for every request but `cancel`; and `moved`, of its own accord, when a provider failed in mid-run. */
export type EngineAnswer =
  | { readonly kind: 'loaded'; readonly id: number; readonly provider: string; readonly notice?: string }
  | { readonly kind: 'analysed'; readonly id: number; readonly analysis: AnalysedText }
  | { readonly kind: 'scored'; readonly id: number; readonly scores: readonly MentionScores[] }
  /** The fastest of the products. */
  | { readonly kind: 'multiplied'; readonly id: number; readonly ms: number }
  | ({ readonly kind: 'ranked'; readonly id: number } & DenseScores)
  | { readonly kind: 'embedded'; readonly id: number; readonly vectors: Float32Array }
  | { readonly kind: 'spans'; readonly id: number; readonly spans: readonly LabelledSpan[] }
  /** It goes on elsewhere, and why. Has no request: `id` is 0. */
  | { readonly kind: 'moved'; readonly id: 0; readonly provider: string; readonly notice: string }
  | ({ readonly kind: 'chosen'; readonly id: number } & LetterAnswers)
  | ({ readonly kind: 'written'; readonly id: number } & WrittenText)
  | { readonly kind: 'cancelled'; readonly id: number }
  | { readonly kind: 'failed'; readonly id: number; readonly code: string; readonly message: string }

/** A text analysis in as few objects as possible, for the way between processes. */
export interface AnalysedText {
  /** Start and end of each token, in turn; UTF-16 units. */
  readonly bounds: Int32Array
  /** 1 where a token begins a word. */
  readonly wordStarts: Uint8Array
  /** For each head of the manifest, `[tokens, labels]`. */
  readonly logits: readonly Float32Array[]
  /** As in `TextAnalysis`. */
  readonly places?: Float32Array
}
