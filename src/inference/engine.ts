import type { CancellationToken, Span } from '../core/index.ts'
import type { Contexts } from './contexts.ts'
import type { FeatureRanker } from './featureRanker.ts'

/**
 * The two-stream encoder as the rest of the program sees it: reads a text once, then judges candidates against it.
 * A score depends only on the text, the mention and the candidate, never on what else is in the call (to 1e-4).
 * Calls may overlap and answer in any order. A cancelled call rejects with `CancelledError`, a failing one with
 * `ConceptLensError`.
 */
export interface Engine {
  readonly info: EngineInfo
  /** Reads a text: word pieces and tag logits. Cheap when repeated: the engine keeps what it has read lately. */
  analyse(text: string, token?: CancellationToken): Promise<TextAnalysis>
  /**
   * Scores the candidates of mentions of one text. Results in the order of `mentions`.
   * The text need not have been analysed before; it is read (again) when the engine no longer has it.
   */
  score(
    text: string,
    mentions: readonly MentionToScore[],
    token?: CancellationToken,
  ): Promise<readonly MentionScores[]>
  /** How hard to work from now on; until it is told, nothing is being typed and power is not scarce. */
  pace(pace: Pace): void
  /** Where and how it runs now. */
  running(): EngineRunning
  /** Ends the engine's processes. Calls under way reject with `CancelledError`. Safe to call twice. */
  dispose(): Promise<void>
}

/** What the engine's work is for at the moment. */
export interface Pace {
  /** The text that the author waits for: it may take every core. All other work leaves one to the editor. */
  readonly typedIn?: string | undefined
  /** One thread in all, whatever waits. */
  readonly isLowPower?: boolean
}

/** Where and how an engine runs; changes when a provider fails. */
export interface EngineRunning {
  readonly provider: string
  readonly processes: number
  /** Inside each process, for the text that is typed in. */
  readonly threads: number
  /** Of all processes together, for everything else. */
  readonly backgroundThreads: number
}

/** What the model says of itself (its manifest) and how it runs. Fixed while the engine lives. */
export interface EngineInfo {
  readonly model: string
  readonly version: string
  /** Changes whenever the model's files change; part of every cache key. */
  readonly fingerprint: string
  /** Where it started to run: `cpu`, `webgpu` …; not the one asked for when that could not be used. See {@link Engine.running}. */
  readonly provider: string
  /** What the graph computes in; `fp32-arithmetic`: weights stored as int8, multiplied in fp32. */
  readonly precision?: 'fp32' | 'fp16' | 'fp32-arithmetic' | 'int8' | 'int4'
  /** Tagging conventions the model knows, in the order of {@link TextAnalysis.heads}. */
  readonly heads: readonly TagHead[]
  /** Names of the features that every candidate must bring, in this order. */
  readonly features: readonly string[]
  /** Judges candidates by their features alone; not every model has one. */
  readonly featureRanker?: FeatureRanker
  /** What stands around concepts in training text; not every model knows. */
  readonly contexts?: Contexts
  /** The words the model was taught for semantic groups, for {@link CandidateToScore.typeLabel}: `{ DISO: 'disorder' }`. */
  readonly typeLabels: Readonly<Record<string, string>>
  /** Divides scores and the none logit before the softmax; > 0. */
  readonly temperature: number
  /** Tagged spans less probable than this are not mentions; 0 … 1. */
  readonly tagThreshold: number
  /** Added to the none logit before the softmax. */
  readonly noneBias: number
}

/** One tagging convention: `O`, then `B-` and `I-` labels of each group. */
export interface TagHead {
  /** For example `concepts` or `entities`. */
  readonly name: string
  /** For example `['O', 'B-DISO', 'I-DISO', …]`. */
  readonly labels: readonly string[]
}

/** The logits of one head over a text. */
export interface HeadLogits extends TagHead {
  /** `[tokens, labels]`, row by row; larger is likelier; not normalised. */
  readonly logits: Float32Array
}

/**
 * A text as the encoder read it. Texts longer than the model's window are read in windows cut between words;
 * the tokens of all windows are here in reading order, none is dropped.
 *
 * @example "a BRCA1s" gives tokens `[0,1) [2,4) [4,6) …` and wordStarts `[true, true, false, …]`.
 */
export interface TextAnalysis {
  /**
   * The word pieces, as spans of the text in UTF-16 units: sorted and never empty. They overlap only
   * where one letter decomposes into several pieces (a Korean syllable).
   */
  readonly tokens: readonly Span[]
  /** For each token whether it begins a word of BERT's split (at blanks and around punctuation); else it continues one. */
  readonly wordStarts: readonly boolean[]
  /** In the order of {@link EngineInfo.heads}. */
  readonly heads: readonly HeadLogits[]
  /** Where each token stands among {@link EngineInfo.contexts}, `[tokens, dimensions]` row by row; only where there are some. */
  readonly places?: Float32Array
}

/** A mention with the candidates to judge. */
export interface MentionToScore {
  /** In the text, UTF-16 units. A span without any word piece (only blanks) gets scores of −Infinity and a none logit of 0. */
  readonly span: Span
  /** What the mention says: its surface form, or its expansion when there is one. */
  readonly mentionText: string
  readonly candidates: readonly CandidateToScore[]
}

/** What the model reads of a candidate. Long texts are cut to the manifest's limits. */
export interface CandidateToScore {
  /** The name that matched the mention. */
  readonly name: string
  /** The concept's preferred name; not shown to the model twice when it equals `name` but for case. */
  readonly preferred: string
  /** Readable semantic groups or types, for example `disorder`; `undefined` when unknown. */
  readonly typeLabel?: string
  /** As many as {@link EngineInfo.features}, in that order. */
  readonly features: readonly number[]
}

/**
 * Raw scores of one mention. Probabilities of candidates and "none of these" are
 * `softmax([...scores, none + noneBias] / temperature)`.
 */
export interface MentionScores {
  /** One per candidate, in the order given; larger is better; not normalised. */
  readonly scores: Float32Array
  /** Logit of "none of these". */
  readonly none: number
}
