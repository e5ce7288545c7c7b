import type { GlinerConfig } from '../../gliner/glinerConfig.ts'
import type { TensorData } from '../session.ts'

/** Words of a window, each as its pieces, behind an optional prompt. */
export interface WindowInput {
  readonly prefix: readonly number[]
  /** Pieces of the labels, in a uni-encoder. */
  readonly prompt: readonly number[]
  readonly words: readonly (readonly number[])[]
  readonly suffix: readonly number[]
}

const int64 = (dims: readonly number[], values: readonly number[]): TensorData => ({
  dims,
  data: BigInt64Array.from(values, (value) => BigInt(value)),
})

/** The graph's inputs for one window, with gliner's names; batch is 1. */
export function textFeeds(
  { prefix, prompt, words, suffix }: WindowInput,
  { pooling, architecture, maxWidth }: GlinerConfig,
): Record<string, TensorData> {
  const ids = [...prefix, ...prompt, ...words.flat(), ...suffix]
  const silent = (pieces: readonly number[]): number[] => pieces.map(() => 0)
  const wordsMask = [
    ...silent(prefix),
    ...silent(prompt),
    ...words.flatMap((pieces, word) =>
      pieces.map((_, i) => (speaks(i, pieces.length, pooling) ? word + 1 : 0)),
    ),
    ...silent(suffix),
  ]
  const sequence = [1, ids.length]
  return {
    input_ids: int64(sequence, ids),
    attention_mask: int64(
      sequence,
      ids.map(() => 1),
    ),
    words_mask: int64(sequence, wordsMask),
    text_lengths: int64([1, 1], [words.length]),
    ...(architecture.endsWith('span') ? spanFeeds(words.length, maxWidth) : {}),
  }
}

/** Whether a piece stands for its word: one does, or all of them together. */
function speaks(index: number, count: number, pooling: GlinerConfig['pooling']): boolean {
  if (pooling === 'first') return index === 0
  return pooling === 'last' ? index === count - 1 : true
}

/** `span_idx` [1, words × widths, 2]: the first and last word of every span; `span_mask`: whether it ends in the text. */
function spanFeeds(nWords: number, maxWidth: number): Record<string, TensorData> {
  const nSpans = nWords * maxWidth
  const bounds = new BigInt64Array(2 * nSpans)
  const mask = new Uint8Array(nSpans)
  for (let span = 0; span < nSpans; span++) {
    const first = Math.floor(span / maxWidth)
    const last = first + (span % maxWidth)
    bounds[2 * span] = BigInt(first)
    bounds[2 * span + 1] = BigInt(last)
    mask[span] = last < nWords ? 1 : 0
  }
  return { span_idx: { dims: [1, nSpans, 2], data: bounds }, span_mask: { dims: [1, nSpans], data: mask } }
}

/** Labels as one batch of the encoder of labels, padded to the longest. */
export function labelFeeds(labels: readonly (readonly number[])[]): Record<string, TensorData> {
  const longest = Math.max(...labels.map(({ length }) => length))
  const dims = [labels.length, longest]
  const padded = (values: (pieces: readonly number[]) => readonly number[]): number[] =>
    labels.flatMap((pieces) => [...values(pieces), ...Array<number>(longest - pieces.length).fill(0)])
  return {
    input_ids: int64(
      dims,
      padded((pieces) => pieces),
    ),
    attention_mask: int64(
      dims,
      padded((pieces) => pieces.map(() => 1)),
    ),
  }
}
