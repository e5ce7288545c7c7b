import type { Pace } from '../pace.ts'
import type { Encoding } from './encodeForms.ts'
import { createSectionWriter } from './sectionWriter.ts'

/** How much work vectors are beside all other work of an import: 68 of 510 s of processor time for ten million names. */
export const VECTORS_SHARE = 0.15

/** What `vectors.bin` is made from. */
export interface FormVectors {
  readonly encoding: Encoding
  /** The number of the form at each lexical place. */
  readonly numbers: Uint32Array
  readonly nCells: number
}

/** Writes `vectors.bin`: the forms of each cell with their codes. */
export async function writeVectors(
  path: string,
  { encoding, numbers, nCells }: FormVectors,
  pace: Pace,
): Promise<void> {
  pace.stage('computing vectors of names', VECTORS_SHARE)
  await encoding.finish(pace)
  const { cells, codes } = encoding.encoded
  const codeBytes = codes.length / Math.max(1, cells.length)
  const places = new Uint32Array(numbers.length)
  numbers.forEach((form, place) => (places[form] = place))
  const { starts, order } = byCell(places, cells, nCells)
  const file = createSectionWriter(path, 2)
  try {
    file.write(starts)
    file.next()
    for (let cell = 0; cell < nCells; cell += 1) {
      const members = order.subarray(starts[cell], starts[cell + 1])
      file.write(members)
      for (const form of members) {
        const at = places[form]! * codeBytes
        file.write(codes.subarray(at, at + codeBytes))
      }
    }
    file.finish()
  } catch (error) {
    file.abandon()
    throw error
  }
}

/** The forms cell by cell, ascending in each, and where each cell begins. */
function byCell(
  places: Uint32Array,
  cells: Uint16Array,
  nCells: number,
): { starts: Uint32Array; order: Uint32Array } {
  const starts = new Uint32Array(nCells + 1)
  for (const cell of cells) starts[cell + 1]! += 1
  for (let cell = 0; cell < nCells; cell += 1) starts[cell + 1]! += starts[cell]!
  const next = starts.slice()
  const order = new Uint32Array(cells.length)
  places.forEach((place, form) => (order[next[cells[place]!]!++] = form))
  return { starts, order }
}
