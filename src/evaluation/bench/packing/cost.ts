import type { Shape } from './workload.ts'
import { PAIR_TOKENS } from './workload.ts'

/** Sizes of a BERT-like encoder. */
export interface EncoderSize {
  readonly layers: number
  readonly hidden: number
  readonly intermediate: number
}

/**
 * Multiplications and additions of a dense encoder over so many tokens (padding counts: the processor does it), in 10⁹.
 * Products of matrices only: the rest is less than one in a hundred.
 * @param nAttendedPairs pairs of tokens that attention looks at in each layer.
 */
export function denseGflop(size: EncoderSize, nTokens: number, nAttendedPairs: number): number {
  const { layers, hidden } = size
  return (layers * (nTokens * tokenFlop(size) + nAttendedPairs * 4 * hidden)) / 1e9
}

/**
 * The same of the two-stream engine over one text: every token of the text, then every candidate's tokens, which attend to
 * the text and to themselves; the last layer is asked for a candidate's `[MASK]` alone, but makes keys and values of all
 * its tokens.
 */
export function twoStreamGflop(size: EncoderSize, { nTokens, nMentions, nCandidates }: Shape): number {
  const { layers, hidden } = size
  const nPairs = nMentions * nCandidates
  const attended = 4 * hidden * (nTokens + PAIR_TOKENS)
  const keysAndValues = 4 * hidden ** 2
  const segment = PAIR_TOKENS * (tokenFlop(size) + attended)
  const last = PAIR_TOKENS * keysAndValues + (tokenFlop(size) - keysAndValues) + attended
  return denseGflop(size, nTokens, nTokens ** 2) + (nPairs * ((layers - 1) * segment + last)) / 1e9
}

/** One token through a layer, attention aside: query, key, value, output, and the two feed-forward matrices. */
function tokenFlop({ hidden, intermediate }: EncoderSize): number {
  return 8 * hidden ** 2 + 4 * hidden * intermediate
}
