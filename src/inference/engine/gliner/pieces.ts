import { Tokenizer } from '@huggingface/tokenizers'
import { LRUCache } from 'lru-cache'

/** Cuts words and labels into the word pieces of a checkpoint. */
export interface PieceCutter {
  /** What begins and ends every input: `[CLS]` and `[SEP]`. */
  readonly prefix: readonly number[]
  readonly suffix: readonly number[]
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

function frameOf(tokenizer: Tokenizer): Pick<PieceCutter, 'prefix' | 'suffix'> {
  const bare = tokenizer.encode('a', { add_special_tokens: false }).ids
  const framed = tokenizer.encode('a').ids
  const at = framed.findIndex((_, i) => bare.every((id, j) => framed[i + j] === id))
  if (at < 0 || bare.length === 0) throw new Error('its special tokens cannot be told from a word')
  return { prefix: framed.slice(0, at), suffix: framed.slice(at + bare.length) }
}
