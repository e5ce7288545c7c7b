import { cosine, dotProduct, gramsOf, gramWeight, squaredNorm } from '../names/grams.ts'
import { STRIDE, type Manifest } from './format.ts'
import type { FormTable } from './formTable.ts'
import { openGramLists, type GramLists } from './gramLists.ts'
import { createBlockScorer, type BlockScorer, type NormBounds, type WeightedList } from './gramSearch.ts'
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
  const grams = openGramLists(file, manifest)
  const weightOf = (gram: number): number => gramWeight(nForms, grams.frequency(gram))
  const norms = normBounds(forms.squaredNorms)
  const scoreBlock = createBlockScorer(grams, norms, blockSize)

  const rescored = (query: Uint32Array, found: Found, limit: number): FormScore[] => {
    const norm = squaredNorm(query, weightOf)
    return found.forms
      .filter((_, i) => found.most[i]! >= found.threshold.value - SLACK)
      .map((form) => {
        const ofForm = gramsOf(forms.text(form))
        const score = cosine(dotProduct(query, ofForm, weightOf), norm, squaredNorm(ofForm, weightOf))
        return { form, score, row: forms.rows(form)[0]! }
      })
      .sort(better)
      .slice(0, limit)
  }

  return {
    nearest(folded, limit) {
      const query = gramsOf(folded)
      if (query.length === 0 || limit <= 0) return []
      const context = { limit, weightOf, grams, norms, scoreBlock, forms, blockSize }
      return rescored(query, search(query, context), limit)
    },
    similarity(a, b) {
      const gramsA = gramsOf(a)
      const gramsB = gramsOf(b)
      const dot = dotProduct(gramsA, gramsB, weightOf)
      return cosine(dot, squaredNorm(gramsA, weightOf), squaredNorm(gramsB, weightOf))
    },
  }
}

/** Norms rise with the number of the form, so those between two samples lie between them. */
function normBounds(squaredNorms: Float32Array): NormBounds {
  const norms = squaredNorms.map(Math.sqrt)
  return {
    low: (form) => norms[Math.floor(form / STRIDE)]!,
    high: (form) => norms[Math.floor(form / STRIDE) + 1]!,
  }
}

interface Found {
  readonly forms: number[]
  /** The cosines, or a little more. */
  readonly most: number[]
  /** The last place, or a little less. */
  readonly threshold: Threshold
}

interface SearchContext {
  readonly limit: number
  readonly weightOf: (gram: number) => number
  readonly grams: GramLists
  readonly norms: NormBounds
  readonly scoreBlock: BlockScorer
  readonly forms: FormTable
  readonly blockSize: number
}

/** Every form that may be among the best, block by block in the order of what a block can hold at best. */
function search(query: Uint32Array, context: SearchContext): Found {
  const { limit, weightOf, norms, scoreBlock } = context
  const norm = Math.sqrt(squaredNorm(query, weightOf))
  const found: Found = { forms: [], most: [], threshold: createThreshold(limit) }
  const lists = listsOf(query, context)
  for (const { block, bound } of blocksByBound(context, norm)) {
    const least = found.threshold.value - SLACK
    if (bound < least) break
    scoreBlock({ block, lists, leastPerNorm: least * norm }, (form, dot) => {
      const most = dot / (norm * norms.low(form))
      if (most < found.threshold.value - SLACK) return
      found.threshold.offer(dot / (norm * norms.high(form)))
      found.forms.push(form)
      found.most.push(most)
    })
  }
  return found
}

/** The lists of the query's grams, rarest first. */
function listsOf(query: Uint32Array, { grams, weightOf }: SearchContext): WeightedList[] {
  const lists: WeightedList[] = []
  for (const gram of query) {
    const list = grams.list(gram)
    if (list) lists.push({ ...list, weight: weightOf(gram) })
  }
  return lists.sort((a, b) => b.weight - a.weight)
}

interface BoundedBlock {
  readonly block: number
  /** No form of the block has a higher cosine. */
  readonly bound: number
}

/**
 * A dot product is at most the smaller of the two squared norms, so a cosine is at most `smaller norm / larger norm`; a
 * block holds a range of norms, and its end nearest to the query's norm bounds all of it.
 */
function blocksByBound({ norms, forms, blockSize }: SearchContext, query: number): BoundedBlock[] {
  const blocks: BoundedBlock[] = []
  for (let first = 0; first < forms.nForms; first += blockSize) {
    const low = norms.low(first)
    const high = norms.high(Math.min(first + blockSize, forms.nForms) - 1)
    const bound = query < low ? query / low : query > high ? high / query : 1
    blocks.push({ block: first / blockSize, bound })
  }
  return blocks.sort((a, b) => b.bound - a.bound)
}
