import { dotOf } from './dot.ts'
import { loadKernels } from './kernels.ts'
import { createPieceCutter, MAX_PIECES } from './pieceCutter.ts'

/** The trained numbers of a {@link NameEncoder}. */
export interface NameEncoderWeights {
  /** A multiple of 8. */
  readonly dims: number
  /** Parts of words by number of row; those that continue a word begin with `##`. */
  readonly pieces: readonly string[]
  /** `[pieces, dims]`. */
  readonly rows: Int8Array
  /** What the numbers of each row are multiplied with. */
  readonly scales: Float32Array
}

/** Turns names into vectors whose cosine says how alike their meanings are. */
export interface NameEncoder {
  readonly dims: number
  /** The vector of a folded name, of length 1; all zeros for a text without a known piece. Valid until the next call. */
  encode(folded: string): Float32Array
}

/**
 * A name's vector is the sum of the vectors of its word pieces, whatever their order, made one long: no network runs, so
 * that every name has one within a microsecond or two, at every look-up.
 */
export function createNameEncoder({ dims, pieces, rows, scales }: NameEncoderWeights): NameEncoder {
  const { kernels, at, memory } = loadKernels({ rows, scales, pieces: 2 * MAX_PIECES, vector: 4 * dims })
  const found = new Uint16Array(memory, at.pieces, MAX_PIECES)
  const cut = createPieceCutter(pieces, found)
  const vector = new Float32Array(memory, at.vector, dims)
  return {
    dims,
    encode(folded) {
      const n = cut(folded)
      // Summed in one order: names of the same pieces must tie to the last bit, whatever stands first in them.
      found.subarray(0, n).sort()
      const length = kernels.sum(at.pieces, n, at.rows, at.scales, dims, at.vector)
      if (length > 0) kernels.scale(at.vector, 1 / length, dims)
      return vector
    },
  }
}

/** The cosine of a folded name's vector with those of others. */
export function cosineWith(folded: string, encoder: NameEncoder): (other: string) => number {
  const vector = encoder.encode(folded).slice()
  return (other) => dotOf(vector, encoder.encode(other))
}
