import type { Tokenizer } from '@huggingface/tokenizers'

/** What begins and ends every input of a model: `[CLS]` and `[SEP]`, or `<s>` and `</s>`. */
export interface Frame {
  readonly prefix: readonly number[]
  readonly suffix: readonly number[]
}

/** The frame that a tokenizer of Hugging Face puts around a text. */
export function frameOf(tokenizer: Tokenizer): Frame {
  const bare = tokenizer.encode('a', { add_special_tokens: false }).ids
  const framed = tokenizer.encode('a').ids
  const at = framed.findIndex((_, i) => bare.every((id, j) => framed[i + j] === id))
  if (at < 0 || bare.length === 0) throw new Error('its special tokens cannot be told from a word')
  return { prefix: framed.slice(0, at), suffix: framed.slice(at + bare.length) }
}
