import { cosine, dotProduct, gramsOf, gramWeight, N_GRAMS, squaredNorm } from '../names/grams.ts'
import { type Manifest } from './format.ts'
import type { FormTable } from './formTable.ts'
import { openGramLists, type BlockScorer } from './gramSearch.ts'
import type { SectionFile } from './sectionFile.ts'
import { createThreshold, type Threshold } from './threshold.ts'

/** A form and its cosine with the query. */
export interface FormScore {
  readonly form: number
  readonly score: number
  /** The lowest row that has the form: breaks ties. */
  readonly row: number
}

/** Nearest forms by TF-IDF cosine of character 3-grams. */
export interface NameIndex {
  /** The `limit` forms most like a folded text, best first, ties by lowest row; none with score 0. Equal to brute force. */
  nearest(folded: string, limit: number): readonly FormScore[]
  /** The cosine of two folded texts. */
  similarity(a: string, b: string): number
}

/**
 * Scores found on the way come from 32-bit norms and sums; exact ones differ by less than this. Whatever is closer than
 * this to the last place is scored again from its text.
 */
const SLACK = 1e-5

const better = (a: FormScore, b: FormScore): number => b.score - a.score || a.row - b.row

/** Opens `grams.bin`. */
export function openNameIndex(file: SectionFile, forms: FormTable, manifest: Manifest): NameIndex {
  const { nForms, blockSize } = manifest
  const frequencies = file.uint32(0, N_GRAMS)
  const weightOf = (gram: number): number => gramWeight(nForms, frequencies[gram] ?? 0)
  const scoreBlock = openGramLists(file, forms, blockSize)

  const rescored = (query: Uint32Array, found: Found, limit: number): FormScore[] => {
    const norm = squaredNorm(query, weightOf)
    return found.forms
      .filter((_, i) => found.scores[i]! >= found.threshold.value - SLACK)
      .map((form) => {
        const grams = gramsOf(forms.text(form))
        const score = cosine(dotProduct(query, grams, weightOf), norm, squaredNorm(grams, weightOf))
        return { form, score, row: forms.rows(form)[0]! }
      })
      .sort(better)
      .slice(0, limit)
  }

  return {
    nearest(folded, limit) {
      const query = gramsOf(folded)
      if (query.length === 0 || limit <= 0) return []
      return rescored(query, search(query, { limit, weightOf, scoreBlock, forms, blockSize }), limit)
    },
    similarity(a, b) {
      const gramsA = gramsOf(a)
      const gramsB = gramsOf(b)
      const dot = dotProduct(gramsA, gramsB, weightOf)
      return cosine(dot, squaredNorm(gramsA, weightOf), squaredNorm(gramsB, weightOf))
    },
  }
}

interface Found {
  readonly forms: number[]
  /** Approximate cosines. */
  readonly scores: number[]
  readonly threshold: Threshold
}

interface SearchContext {
  readonly limit: number
  readonly weightOf: (gram: number) => number
  readonly scoreBlock: BlockScorer
  readonly forms: FormTable
  readonly blockSize: number
}

/** Every form that may be among the best, block by block in the order of what a block can hold at best. */
function search(query: Uint32Array, { limit, weightOf, scoreBlock, forms, blockSize }: SearchContext): Found {
  const weights = Float64Array.from(query, weightOf)
  const norm = Math.sqrt(squaredNorm(query, weightOf))
  const found: Found = { forms: [], scores: [], threshold: createThreshold(limit) }
  for (const { block, bound } of blocksByBound(forms, blockSize, norm * norm)) {
    const least = found.threshold.value - SLACK
    if (bound < least) break
    scoreBlock({ block, grams: query, weights, norm, least }, (form, score) => {
      if (score < found.threshold.value - SLACK) return
      found.threshold.offer(score)
      found.forms.push(form)
      found.scores.push(score)
    })
  }
  return found
}

interface BoundedBlock {
  readonly block: number
  /** No form of the block has a higher cosine. */
  readonly bound: number
}

/**
 * A dot product is at most the smaller of the two squared norms, so a cosine is at most `√(smaller / larger)`; a block
 * holds a range of norms, and its end nearest to the query's norm bounds all of it.
 */
function blocksByBound(
  { squaredNorms, nForms }: FormTable,
  blockSize: number,
  query: number,
): BoundedBlock[] {
  const blocks: BoundedBlock[] = []
  for (let first = 0; first < nForms; first += blockSize) {
    const low = squaredNorms[first]!
    const high = squaredNorms[Math.min(first + blockSize, nForms) - 1]!
    const ratio = query < low ? query / low : query > high ? high / query : 1
    blocks.push({ block: first / blockSize, bound: Math.sqrt(ratio) })
  }
  return blocks.sort((a, b) => b.bound - a.bound)
}
