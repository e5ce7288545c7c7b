import { cosine, dotProduct, gramsOf, gramWeight, N_GRAMS, squaredNorm } from '../names/grams.ts'
import { BLOCK_SIZE, MAX_LIST, type Manifest } from './format.ts'
import type { FormTable } from './formTable.ts'
import { damaged, type SectionFile } from './sectionFile.ts'

/** A form and its cosine with the query. */
export interface FormScore {
  readonly form: number
  readonly score: number
  /** The lowest row that has the form: breaks ties. */
  readonly row: number
}

/** Nearest forms by TF-IDF cosine of character 3-grams. */
export interface NameIndex {
  /** The `limit` forms most like a folded text, best first, ties by lowest row; none with score 0. */
  nearest(folded: string, limit: number): readonly FormScore[]
  /** The cosine of two folded texts. */
  similarity(a: string, b: string): number
}

/** Approximate scores come from 32-bit norms and sums in another order; exact ones differ by less than this. */
const SLACK = 1e-6

const better = (a: FormScore, b: FormScore): number => b.score - a.score || a.row - b.row

/** Opens `grams.bin`. */
export function openNameIndex(file: SectionFile, forms: FormTable, manifest: Manifest): NameIndex {
  const { nForms } = manifest
  const nBlocks = Math.ceil(nForms / BLOCK_SIZE)
  const frequencies = file.uint32(0, N_GRAMS)
  const blockStarts = file.uint32(1, nBlocks + 1)
  const grams = file.uint32(2)
  const counts = file.uint32(3, grams.length)
  const offsets = file.uint32(4, grams.length)
  const weightOf = (gram: number): number => gramWeight(nForms, frequencies[gram] ?? 0)
  const sums = new Float64Array(BLOCK_SIZE)

  /** Adds the gram's weight to every form of the block that has it. */
  const accumulate = (block: number, gram: number, weight: number): void => {
    const entry = find(grams, gram, blockStarts[block]!, blockStarts[block + 1]!)
    if (entry < 0) return
    const count = counts[entry]!
    if (count > BLOCK_SIZE) throw damaged(file.name, 'a list is too long')
    const isBitmap = count > MAX_LIST
    const units = unitsOf(file.bytes(5, offsets[entry]! * 2, isBitmap ? BLOCK_SIZE / 8 : count * 2))
    if (!isBitmap) {
      for (let i = 0; i < units.length; i += 1) sums[units[i]!]! += weight
      return
    }
    for (let i = 0; i < units.length; i += 1)
      for (let bits = units[i]!, place = i << 4; bits !== 0; bits >>>= 1, place += 1)
        if (bits & 1) sums[place]! += weight
  }

  const nearest = (folded: string, limit: number): FormScore[] => {
    const query = gramsOf(folded)
    const norm = squaredNorm(query, weightOf)
    const candidates: { form: number; score: number }[] = []
    for (let block = 0; block < nBlocks; block += 1) {
      sums.fill(0)
      for (const gram of query) accumulate(block, gram, weightOf(gram))
      const first = block * BLOCK_SIZE
      const end = Math.min(BLOCK_SIZE, nForms - first)
      for (let place = 0; place < end; place += 1) {
        if (sums[place] === 0) continue
        const form = first + place
        candidates.push({ form, score: cosine(sums[place]!, norm, forms.squaredNorms[form]!) })
      }
    }
    return rescored(query, candidates, limit)
  }

  const rescored = (
    query: Uint32Array,
    candidates: { form: number; score: number }[],
    limit: number,
  ): FormScore[] => {
    if (limit <= 0) return []
    const scores = Float64Array.from(candidates, (candidate) => candidate.score).sort()
    const threshold = (scores[Math.max(0, scores.length - limit)] ?? 0) - SLACK
    const norm = squaredNorm(query, weightOf)
    return candidates
      .filter((candidate) => candidate.score >= threshold)
      .map(({ form }) => {
        const other = gramsOf(forms.text(form))
        return {
          form,
          row: forms.rows(form)[0]!,
          score: cosine(dotProduct(query, other, weightOf), norm, squaredNorm(other, weightOf)),
        }
      })
      .sort(better)
      .slice(0, limit)
  }

  return {
    nearest,
    similarity(a, b) {
      const gramsA = gramsOf(a)
      const gramsB = gramsOf(b)
      return cosine(
        dotProduct(gramsA, gramsB, weightOf),
        squaredNorm(gramsA, weightOf),
        squaredNorm(gramsB, weightOf),
      )
    },
  }
}

function unitsOf(bytes: Uint8Array): Uint16Array {
  return new Uint16Array(
    bytes.byteOffset % 2 === 0 ? bytes.buffer : bytes.slice().buffer,
    bytes.byteOffset % 2 === 0 ? bytes.byteOffset : 0,
    bytes.byteLength >>> 1,
  )
}

/** Where the value stands in the ascending numbers `[low, high)`; -1 when it does not. */
function find(ascending: Uint32Array, value: number, low: number, high: number): number {
  const end = high
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ascending[middle]! < value) low = middle + 1
    else high = middle
  }
  return low < end && ascending[low] === value ? low : -1
}
