import type { Span } from '../../core/index.ts'
import type { MentionToScore } from '../engine.ts'

/**
 * What one sequence of a dense cross-encoder holds: a single pair of a mention and a candidate, all candidates of a
 * mention, or all pairs of a sentence, a passage or a document (Sanz-Cruzado and Lever, "Accelerating Cross-Encoders in
 * Biomedical Entity Linking", BioNLP 2025).
 */
export const packingModes = ['pair', 'mention', 'sentence', 'passage', 'document'] as const
/** One of {@link packingModes}. */
export type PackingMode = (typeof packingModes)[number]

/** A passage whose mentions are to be ranked. */
export interface PassageToRank {
  readonly text: string
  /** In the text, UTF-16 units, sorted; what lies between two of them belongs to the first. Empty: one sentence. */
  readonly sentences: readonly Span[]
  /** Of a candidate a dense cross-encoder reads the name only. */
  readonly mentions: readonly MentionToScore[]
}

/** How pairs are packed. */
export interface PackingOptions {
  readonly mode: PackingMode
  /** Most tokens of a sequence, with its special tokens; at least 64. Default: all that the model can read. */
  readonly maxTokens?: number
  /**
   * The text that `pair` and `mention` read with a mention: its sentence, as published, or its whole passage.
   * Default `sentence`.
   */
  readonly context?: 'sentence' | 'passage'
}

/** Where a score belongs: indices into passages, their mentions and the mention's candidates. */
export interface PairPlace {
  readonly passage: number
  readonly mention: number
  readonly candidate: number
}

/** One sequence: `[CLS] text ([SEP] mention [MASK] name)… [SEP]`. */
export interface Pack {
  readonly ids: readonly number[]
  /** Every `[MASK]` in the sequence, in order, with the pair that it scores. */
  readonly masks: readonly { readonly at: number; readonly place: PairPlace }[]
}

/** What packing did. Nothing is ever dropped; what did not fit is counted here. */
export interface PackingCounts {
  /** Sequences. */
  readonly nPacks: number
  /** Tokens of all sequences, without padding. */
  readonly nTokens: number
  /** Sequences whose text was cut around a mention, because text and candidates are longer than the window. */
  readonly nCutTexts: number
  /** Mentions whose candidates alone are longer than the window, so that they lie in several sequences. */
  readonly nSplitMentions: number
  /** Pairs whose mention or name is longer than a quarter of the window and was cut at its end. */
  readonly nCutPairs: number
}

/** Sequences that hold every pair exactly once. */
export interface Packed {
  readonly packs: readonly Pack[]
  readonly counts: PackingCounts
}

/** What packing needs of a tokenizer. */
export interface PackTokenizer {
  /** Ids of the tokens that frame a sequence. */
  readonly special: {
    readonly cls: number
    readonly sep: number
    readonly mask: number
    readonly pad: number
  }
  /** The ids of a text, without special tokens. */
  readonly ids: (text: string) => readonly number[]
}

/** How sequences are packed and run. */
export interface DenseOptions extends PackingOptions {
  /**
   * Sequences in one run, each padded to the longest of them. Default: as many as have 512 tokens together, so that short
   * ones keep the processor busy and long ones are read alone.
   */
  readonly batchSize?: number
  /** Whether sequences of like length are read together, so that hardly anything is padded; else they go in reading order. Default true. */
  readonly sorted?: boolean
}

/** What a dense cross-encoder makes of a document's pairs. */
export interface DenseScores {
  /** By passage and mention, one per candidate, in the order given; larger is better; not normalised. */
  readonly scores: readonly (readonly Float32Array[])[]
  readonly counts: PackingCounts & {
    /** Tokens that went through the model, padding and all. */
    readonly nPaddedTokens: number
    /** Pairs of tokens that attention looked at in each layer, padding and all. */
    readonly nAttendedPairs: number
  }
}
