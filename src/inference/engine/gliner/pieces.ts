import { Tokenizer } from '@huggingface/tokenizers'
import { LRUCache } from 'lru-cache'
import { frameOf } from '../frame.ts'
import type { Frame } from '../frame.ts'

/** Cuts words and labels into the word pieces of a checkpoint. */
export interface PieceCutter extends Frame {
  /** Pieces of one word, or of a text that is cut as one; empty when the tokenizer drops all of it. */
  cut(word: string): readonly number[]
}

const WORDS_REMEMBERED = 50_000

/**
 * Reads the two files of a tokenizer as `transformers` writes them. Words are cut each for itself, as `transformers` does with
 * `is_split_into_words`.
 */
export function createPieceCutter(tokenizerJson: object, tokenizerConfig: object): PieceCutter {
  const tokenizer = new Tokenizer(tokenizerJson, tokenizerConfig)
  const remembered = new LRUCache<string, readonly number[]>({ max: WORDS_REMEMBERED })
  const cut = (word: string): readonly number[] => {
    const known = remembered.get(word)
    if (known) return known
    const { ids } = tokenizer.encode(word, { add_special_tokens: false })
    remembered.set(word, ids)
    return ids
  }
  return { ...frameOf(tokenizer), cut }
}
