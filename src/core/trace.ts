import type { MentionOrigin } from './mention.ts'
import type { Span } from './span.ts'

/** A stretch of a passage's prose on its way to be a mention. */
export interface TracedSpan extends Span {
  readonly text: string
  readonly origins: readonly MentionOrigin[]
  readonly group?: string
  readonly namedType?: string
  /** That it is a mention, 0 … 1; absent when nobody judged it. */
  readonly probability?: number
  /** Why it is no mention, in a word: `overlap`; absent for mentions. */
  readonly rejection?: string
}

/** A candidate as a source gives it. */
export interface TracedCandidate {
  readonly id: string
  /** The name that was found. */
  readonly name: string
  readonly lexicalScore: number
  readonly denseScore: number
  readonly exact: boolean
}

/** What a ranker says of one mention: those candidates that got a probability, best first. */
export interface TracedRanking {
  readonly text: string
  readonly candidates: readonly { readonly id: string; readonly name: string; readonly probability: number }[]
  /** Probability of "none of these", 0 … 1. */
  readonly none: number
}

/** What a mention is linked to. */
export interface TracedLink {
  readonly text: string
  /** Absent: to none. */
  readonly id?: string
  readonly name?: string
  readonly probability: number
}

/** What went into a stage and what came out of it; an output of `null`: it could not say. */
export type StageTraffic =
  | {
      readonly kind: 'read'
      readonly input: string
      readonly output: { readonly nTokens: number; readonly heads: readonly string[] } | null
    }
  | { readonly kind: 'detect'; readonly input: string; readonly output: readonly TracedSpan[] | null }
  | { readonly kind: 'judge'; readonly input: readonly TracedSpan[]; readonly output: readonly TracedSpan[] }
  | {
      readonly kind: 'find'
      readonly input: { readonly text: string; readonly limit: number }
      readonly output: readonly TracedCandidate[] | null
    }
  | {
      /** `ask`: as a ranker, for the mentions of the passage that a language model is asked about. */
      readonly kind: 'rank' | 'ask'
      readonly input: readonly TracedRequest[]
      readonly output: readonly (TracedRanking | null)[] | null
    }
  | {
      readonly kind: 'document'
      readonly input: readonly TracedLink[]
      readonly output: readonly TracedLink[]
    }

/** A mention as a ranker gets it. */
export interface TracedRequest {
  readonly text: string
  readonly lookedUp: string
  readonly nCandidates: number
  /** The answer of rankers before. */
  readonly previous?: TracedRanking
  /** Other names that a language model wrote before it was asked to choose, and which of the candidates they brought. */
  readonly written?: {
    readonly names: readonly string[]
    readonly found: readonly { readonly id: string; readonly name: string }[]
  }
}

/** One call of a stage. */
export type StageRecord = StageTraffic & {
  /** As in the description of the pipeline. */
  readonly name: string
  /** From the beginning of the passage's way, in milliseconds; calls may overlap. */
  readonly startMs: number
  readonly ms: number
}

/** The way of one passage through the pipeline. */
export interface PassageTrace {
  readonly file: string
  /** In the file, UTF-16 units. */
  readonly source: Span
  readonly text: string
  /** In the order in which they ended. */
  readonly stages: readonly StageRecord[]
  /** Of all of it, in milliseconds. */
  readonly ms: number
}
