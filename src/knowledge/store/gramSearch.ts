import { isBitmap } from './format.ts'
import type { FormTable } from './formTable.ts'
import { damaged, type SectionFile } from './sectionFile.ts'

/** What to look for in a block. */
export interface BlockQuery {
  readonly block: number
  /** The query's grams and what each adds to a dot product. */
  readonly grams: Uint32Array
  readonly weights: Float64Array
  /** The query's norm. */
  readonly norm: number
  /** Forms with a lower cosine may be left out. */
  readonly least: number
}

/** Reports every form of a block whose cosine is not below `least`, and perhaps some below. Scores are approximate. */
export type BlockScorer = (query: BlockQuery, report: (form: number, score: number) => void) => void

/** The forms of a block that have a gram: their places in it, or a bitmap of them. */
interface GramList {
  readonly weight: number
  readonly count: number
  /** In 16-bit units from the beginning of the section. */
  readonly offset: number
}

interface LoadedList extends GramList {
  readonly isMap: boolean
  readonly units: Uint16Array
}

/** Below this share of a list's length, looking up each candidate is faster than walking the list. */
const LOOK_UP_SHARE = 1 / 16

/**
 * Opens the lists of `grams.bin` and returns the scorer of their blocks, after MaxScore (Turtle and Flood 1995): lists
 * are added rarest first. As long as the weights still to come could lift a new form over the threshold, its forms
 * become candidates; from then on lists only complete the candidates there are, and those that cannot make it any more
 * are dropped after each.
 */
export function openGramLists(file: SectionFile, forms: FormTable, blockSize: number): BlockScorer {
  const nBlocks = Math.ceil(forms.nForms / blockSize)
  const blockStarts = file.uint32(1, nBlocks + 1)
  const grams = file.uint32(2)
  const counts = file.uint32(3, grams.length)
  const offsets = file.uint32(4, grams.length)
  const sums = new Float32Array(blockSize)
  const candidates = new Uint16Array(blockSize)

  const listOf = (block: number, gram: number, weight: number): GramList | undefined => {
    const entry = find(grams, gram, { low: blockStarts[block]!, high: blockStarts[block + 1]! })
    if (entry < 0) return undefined
    const count = counts[entry]!
    if (count > blockSize) throw damaged(file.name, 'a list is too long')
    return { weight, count, offset: offsets[entry]! }
  }
  const loaded = (list: GramList): LoadedList => {
    const isMap = isBitmap(list.count, blockSize)
    const bytes = file.bytes(5, list.offset * 2, isMap ? blockSize / 8 : list.count * 2)
    return { ...list, isMap, units: new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >>> 1) }
  }

  return ({ block, grams: query, weights, norm, least }, report) => {
    const first = block * blockSize
    const nPlaces = Math.min(blockSize, forms.nForms - first)
    const lists = Array.from(query, (gram, i) => listOf(block, gram, weights[i]!))
      .filter((list) => list !== undefined)
      .sort((a, b) => a.count - b.count)
    const squaredNorms = forms.squaredNorms.subarray(first, first + nPlaces)
    const leastDot = least * norm
    const leastOfBlock = leastDot * Math.sqrt(squaredNorms[0]!)
    let remaining = lists.reduce((sum, list) => sum + list.weight, 0)
    let n = 0
    for (const list of lists) {
      if (remaining >= leastOfBlock) n = gather(loaded(list), sums, candidates, n)
      else {
        n = pruned(n, remaining)
        if (n === 0) break
        complete(loaded(list), sums, candidates.subarray(0, n))
      }
      remaining -= list.weight
    }
    for (let i = 0; i < n; i += 1) {
      const place = candidates[i]!
      if (place < nPlaces) report(first + place, sums[place]! / (norm * Math.sqrt(squaredNorms[place]!)))
      sums[place] = 0
    }

    /** Drops the candidates that cannot reach the threshold with all that is to come; returns how many stay. */
    function pruned(nCandidates: number, toCome: number): number {
      let kept = 0
      for (let i = 0; i < nCandidates; i += 1) {
        const place = candidates[i]!
        if (sums[place]! + toCome >= leastDot * Math.sqrt(squaredNorms[place]!)) candidates[kept++] = place
        else sums[place] = 0
      }
      return kept
    }
  }
}

/** Adds the list's weight to its forms and takes new ones in; returns how many candidates there are. */
function gather(
  { isMap, units, weight }: LoadedList,
  sums: Float32Array,
  candidates: Uint16Array,
  n: number,
): number {
  if (isMap) {
    for (let i = 0; i < units.length; i += 1) {
      for (let bits = units[i]!; bits !== 0; bits &= bits - 1) {
        const place = (i << 4) + 31 - Math.clz32(bits & -bits)
        if (sums[place] === 0) candidates[n++] = place
        sums[place]! += weight
      }
    }
    return n
  }
  for (let i = 0; i < units.length; i += 1) {
    const place = units[i]!
    if (sums[place] === 0) candidates[n++] = place
    sums[place]! += weight
  }
  return n
}

/** Adds the list's weight to those candidates that are in it. */
function complete({ isMap, units, weight }: LoadedList, sums: Float32Array, candidates: Uint16Array): void {
  if (isMap) {
    for (const place of candidates) if ((units[place >>> 4]! >>> (place & 15)) & 1) sums[place]! += weight
  } else if (candidates.length < units.length * LOOK_UP_SHARE) {
    for (const place of candidates)
      if (find(units, place, { low: 0, high: units.length }) >= 0) sums[place]! += weight
  } else {
    for (let i = 0; i < units.length; i += 1) if (sums[units[i]!] !== 0) sums[units[i]!]! += weight
  }
}

/** Where the value stands in the ascending numbers `[low, high)`; -1 when it does not. */
function find(
  ascending: Uint32Array | Uint16Array,
  value: number,
  range: { low: number; high: number },
): number {
  let { low, high } = range
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ascending[middle]! < value) low = middle + 1
    else high = middle
  }
  return low < range.high && ascending[low] === value ? low : -1
}
