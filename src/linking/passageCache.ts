import { LRUCache } from 'lru-cache'
import type { RankedCandidate } from '../core/index.ts'
import type { ChosenBy, Mention } from '../core/index.ts'

/** A mention with its ranking, in the coordinates of its passage's prose: nothing in it moves when text above is edited. */
export interface LinkedMention {
  readonly mention: Mention
  /** Best first. */
  readonly candidates: readonly RankedCandidate[]
  /** Probability of "none of these", 0 … 1. */
  readonly none: number
  readonly chosenBy: ChosenBy
}

/** Everything that the links of a passage depend on. Equal contents give equal links. */
export interface PassageKey {
  readonly text: string
  /** Expansions in force in it, as `short=long`. */
  readonly expansions: readonly string[]
  /** Spans of the author, and given ones, with what else decides about mentions. */
  readonly mentions: unknown
  /** Settings, knowledge base and model. */
  readonly configuration: string
}

/** Results of passages, kept by content; the least lately used go first. */
export interface PassageCache {
  get(key: PassageKey): readonly LinkedMention[] | undefined
  set(key: PassageKey, result: readonly LinkedMention[]): void
}

/** A passage of dense prose takes 20 kB: those of a book of half a million words. */
const CACHE_BYTES = 96 * 2 ** 20

/** @param capacity how many passages are kept, as far as they take no more than {@link CACHE_BYTES}; 0 keeps none */
export function createPassageCache(capacity: number): PassageCache {
  if (capacity <= 0) return { get: () => undefined, set: () => undefined }
  const kept = new LRUCache<string, readonly LinkedMention[]>({
    max: capacity,
    maxSize: CACHE_BYTES,
    sizeCalculation: (mentions, key) => mentions.reduce((sum, one) => sum + bytesOf(one), 1 + 2 * key.length),
  })
  return {
    get: (key) => kept.get(textOf(key)),
    set: (key, result) => void kept.set(textOf(key), result),
  }
}

/** Roughly: a mention has candidates of its own where they were ranked, and shares the others with its look-up. */
function bytesOf({ candidates }: LinkedMention): number {
  const nRanked = candidates.filter(({ probability }) => probability > 0).length
  return 400 + 160 * nRanked + 8 * candidates.length
}

const textOf = ({ text, expansions, mentions, configuration }: PassageKey): string =>
  JSON.stringify([configuration, expansions, mentions, text])
