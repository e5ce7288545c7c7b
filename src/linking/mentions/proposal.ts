import type { MentionOrigin, Span } from '../../core/index.ts'
import { wordsOf } from './words.ts'

/** Why a proposal is not a mention. */
export type Rejection =
  | { readonly kind: 'general-word' }
  | { readonly kind: 'unlikely'; readonly probability: number; readonly threshold: number }
  | { readonly kind: 'other-type'; readonly group: string }
  | { readonly kind: 'overlap'; readonly winner: Span }

/** A stretch that some detector proposed, and what became of it. */
export interface Proposal extends Span {
  readonly origins: readonly MentionOrigin[]
  readonly group?: string
  readonly namedType?: string
  readonly probability?: number
  readonly nWords: number
  /** Its detector decides alone that it is a mention, by a threshold of its own or because a person said so. */
  readonly vetted?: boolean
  /** The author marked this very place. */
  readonly settled?: boolean
  /** `undefined` for those that are mentions. */
  readonly rejection?: Rejection
}

/** A stretch of a text as a detector proposes it. */
export function proposal(text: string, { start, end }: Span, origin: MentionOrigin): Proposal {
  return { start, end, origins: [origin], nWords: Math.max(1, wordsOf(text.slice(start, end)).length) }
}
