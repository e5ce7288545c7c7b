import { dotAt } from './dot.ts'
import { loadKernels } from './kernels.ts'

/** Trained tables of a {@link VectorQuantizer}; row-major. */
export interface QuantizerWeights {
  readonly dims: number
  /** Groups of cells, `[groups, dims]`. */
  readonly groups: Float32Array
  /** The centres of the cells, those of a group together, `[groups × cells per group, dims]`. */
  readonly cells: Float32Array
  /** For each {@link PART} dimensions the {@link LEVELS} points that what is left is rounded to, `[dims / 4, 16, 4]`. */
  readonly points: Float32Array
}

/** So many dimensions together … */
export const PART = 4
/** … are rounded to one of so many points: 4 bits. */
export const LEVELS = 16

/** Bytes of a code: two parts to a byte. */
const codeBytesOf = (dims: number): number => dims / PART / 2

/**
 * Makes vectors small and findable: a vector is its cell (the nearest of a fixed set of centres) and the difference to
 * the cell's centre, rounded to 4 bits for four dimensions (product quantisation with residuals: Jégou, Douze and
 * Schmid, 2011). The tables belong to the name encoder and are the same for every knowledge base.
 */
export interface VectorQuantizer {
  readonly nCells: number
  readonly codeBytes: number
  /** Writes the code of a vector from `at` on and gives its cell. */
  encode(vector: Float32Array, codes: Uint8Array, at: number): number
  /** Cells whose centres have the highest dot products with a vector, the highest first, among those of the nearest groups. */
  nearCells(vector: Float32Array): NearCells
  /** What each byte of a code adds to the dot product with this vector, `[codeBytes, 256]`; valid until the next call. */
  codeScores(vector: Float32Array): Float32Array
}

/** Cells, the nearest first, with the dot products of a vector and their centres. */
export interface NearCells {
  readonly cells: Uint32Array
  readonly scores: Float32Array
}

/** Scores, between -2 and 2, are sorted in so many steps to one. */
const STEPS = 2 ** 20

/** Cells of so many groups, the nearest, are compared with a vector. */
const GROUPS_PROBED = 16

export function createVectorQuantizer(weights: QuantizerWeights): VectorQuantizer {
  const { dims, groups, cells, points } = weights
  const nGroups = groups.length / dims
  const nCells = cells.length / dims
  const perGroup = nCells / nGroups
  const codeBytes = codeBytesOf(dims)
  const { kernels, at, memory } = loadKernels({
    groups,
    cells,
    points: byDimension(points),
    groupHalves: halfSquaresOf(groups, dims),
    cellHalves: halfSquaresOf(cells, dims),
    pointHalves: halfSquaresOf(points, PART),
    vector: 4 * dims,
    code: codeBytes,
    scores: 4 * Math.max(nGroups, perGroup),
  })
  const given = new Float32Array(memory, at.vector, dims)
  const code = new Uint8Array(memory, at.code, codeBytes)
  const scores = new Float32Array(memory, at.scores, Math.max(nGroups, perGroup))
  const rowBytes = 4 * dims
  const partScores = new Float32Array((dims / PART) * LEVELS)
  const codeScores = new Float32Array(codeBytes * 256)

  /** The dot products of what is given with `n` rows from an address on; valid until the next call. */
  const dots = (rows: number, n: number): Float32Array => {
    kernels.dots(at.vector, rows, n, dims, at.scores)
    return scores.subarray(0, n)
  }

  return {
    nCells,
    codeBytes,
    encode(vector, codes, place) {
      given.set(vector)
      const group = kernels.nearest(at.vector, at.groups, at.groupHalves, nGroups, dims)
      const first = group * perGroup
      const [rows, halves] = [at.cells + first * rowBytes, at.cellHalves + 4 * first]
      const cell = first + kernels.nearest(at.vector, rows, halves, perGroup, dims)
      kernels.code(at.vector, at.cells + cell * rowBytes, at.points, at.pointHalves, dims, at.code)
      codes.set(code, place)
      return cell
    },
    nearCells(vector) {
      given.set(vector)
      const groups = bestFirst(dots(at.groups, nGroups)).subarray(0, GROUPS_PROBED)
      const found = new Float32Array(groups.length * perGroup)
      groups.forEach((group, i) =>
        found.set(dots(at.cells + group * perGroup * rowBytes, perGroup), i * perGroup),
      )
      const places = bestFirst(found)
      const scores = new Float32Array(places.length)
      const cells = places.map((place, i) => {
        scores[i] = found[place]!
        return groups[Math.floor(place / perGroup)]! * perGroup + (place % perGroup)
      })
      return { cells, scores }
    },
    codeScores(vector) {
      for (
        let point = 0, i = 0;
        point < partScores.length;
        point += 1, i = PART * Math.floor(point / LEVELS)
      ) {
        let score = 0
        for (let j = 0; j < PART; j += 1) score += vector[i + j]! * points[point * PART + j]!
        partScores[point] = score
      }
      for (let byte = 0; byte < codeBytes; byte += 1)
        for (let value = 0, low = byte * 2 * LEVELS; value < 256; value += 1)
          codeScores[byte * 256 + value] =
            partScores[low + (value & 15)]! + partScores[low + LEVELS + (value >>> 4)]!
      return codeScores
    },
  }
}

/** The points of each part dimension by dimension, `[parts, 4, 16]`, as the kernel wants them. */
function byDimension(points: Float32Array): Float32Array {
  return points.map((_, i) => {
    const within = i % (PART * LEVELS)
    return points[i - within + (within % LEVELS) * PART + Math.floor(within / LEVELS)]!
  })
}

/** The places of scores, that of the highest first: sorted as numbers that hold score and place, far faster than by comparing. */
function bestFirst(scores: Float32Array): Uint32Array {
  const n = scores.length
  const keys = new Float64Array(n)
  for (let i = 0; i < n; i += 1) keys[i] = Math.round((2 - scores[i]!) * STEPS) * n + i
  keys.sort()
  const places = new Uint32Array(n)
  for (let i = 0; i < n; i += 1) places[i] = keys[i]! % n
  return places
}

/** Half the square of the length of each row. */
function halfSquaresOf(rows: Float32Array, width: number): Float32Array {
  return Float32Array.from({ length: rows.length / width }, (_, row) => {
    const one = rows.subarray(row * width, (row + 1) * width)
    return dotAt(one, one, 0) / 2
  })
}
