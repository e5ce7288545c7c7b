import { LRUCache } from 'lru-cache'
import type { Pieces } from '../tokenizer.ts'
import type { TensorData } from './session.ts'

/** A text after the text pass. Everything that candidates need of it. */
export interface EncodedText {
  readonly pieces: Pieces
  /** One for each stretch of pieces that was read at once, in reading order; none for a text without pieces. */
  readonly windows: readonly EncodedWindow[]
}

/** A stretch of a text that fits the model's window. */
export interface EncodedWindow {
  /** The pieces of the text that are in it: `[first, first + count)`. Row `i + 1` of the tensors is piece `first + i`. */
  readonly first: number
  readonly count: number
  /** Final states `[count + 2, hidden]`. */
  readonly states: Float32Array
  /** `[count + 2, token logits]`. */
  readonly tokenLogits: Float32Array
  /** `text_key_…` and `text_value_…` of every layer, `[heads, count + 2, head dim]`, ready to be fed. */
  readonly keysAndValues: Readonly<Record<string, TensorData>>
}

/** Keeps the texts read last, up to a number of bytes. Forgetting one costs time, never correctness. */
export type TextCache = Pick<LRUCache<string, EncodedText>, 'get' | 'set' | 'calculatedSize'>

export function createTextCache(maxBytes: number): TextCache {
  return new LRUCache<string, EncodedText>({
    maxSize: Math.max(1, maxBytes),
    // An entry larger than the whole cache is simply not kept.
    sizeCalculation: sizeBytes,
  })
}

const BYTES_PER_PIECE = 64

function sizeBytes(encoded: EncodedText, text: string): number {
  const windows = encoded.windows.map(
    ({ states, tokenLogits, keysAndValues }) =>
      states.byteLength +
      tokenLogits.byteLength +
      Object.values(keysAndValues).reduce((sum, { data }) => sum + data.byteLength, 0),
  )
  return (
    1 + 2 * text.length + encoded.pieces.ids.length * BYTES_PER_PIECE + windows.reduce((a, b) => a + b, 0)
  )
}
