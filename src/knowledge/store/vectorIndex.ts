import { dotOf } from '../vectors/dot.ts'
import type { NameVectors } from '../vectors/nameVectors.ts'
import { uint32In } from './bytes.ts'
import type { FormTable } from './formTable.ts'
import { damaged, type SectionFile } from './sectionFile.ts'
import { createThreshold } from './threshold.ts'

/** A form and the cosine of its vector with the query's. */
export interface FormNearness {
  readonly form: number
  /** Its folded text. */
  readonly text: string
  readonly cosine: number
  /** The rows that have the form, ascending. */
  readonly rows: readonly number[]
}

/** Finds the forms whose vectors are nearest to a query's. */
export interface VectorIndex {
  /**
   * At most `limit` forms, nearest first, ties by lowest row. Approximate: forms in cells that were not looked into, and
   * some that rounding puts too far away, are missed; the cosines of those found are exact.
   */
  nearest(query: Float32Array, limit: number): readonly FormNearness[]
}

/** Cells are looked into, the nearest first, until so many forms were seen, but at least … */
const FORMS_SEEN = 16_000
/** … so many cells. */
const LEAST_CELLS = 24
/** So many times as many forms as wanted are compared exactly. */
const RESCORED = 3

const nearer = (a: FormNearness, b: FormNearness): number => b.cosine - a.cosine || a.rows[0]! - b.rows[0]!

/** Opens `vectors.bin`; layout: FORMAT.md. */
export function openVectorIndex(
  file: SectionFile,
  forms: FormTable,
  { encoder, quantizer }: NameVectors,
): VectorIndex {
  const { nCells, codeBytes } = quantizer
  const recordBytes = 4 + codeBytes
  const starts = file.uint32(0, nCells + 1)
  if (starts[nCells] !== forms.nForms || file.sizeOf(1) !== forms.nForms * recordBytes)
    throw damaged(file.name, `it does not have one vector for each of ${String(forms.nForms)} names`)

  /** The forms of the nearest cells that may be among the best `limit`, by their codes. */
  const search = (
    query: Float32Array,
    limit: number,
  ): { forms: number[]; scores: number[]; least: number } => {
    const best = createThreshold(limit)
    const found: number[] = []
    const scores: number[] = []
    const codeScores = quantizer.codeScores(query)
    let least = -Infinity
    let nSeen = 0
    const near = quantizer.nearCells(query)
    for (const [i, cell] of near.cells.entries()) {
      if (i >= LEAST_CELLS && nSeen >= FORMS_SEEN) break
      const base = near.scores[i]!
      const first = starts[cell]!
      const n = starts[cell + 1]! - first
      const bytes = file.bytes(1, first * recordBytes, n * recordBytes)
      nSeen += n
      for (let j = 0, at = 4 * n; j < n; j += 1) {
        let score = base
        for (let k = 0; k < codeScores.length; k += 256, at += 1) score += codeScores[k + bytes[at]!]!
        if (score <= least) continue
        best.offer(score)
        found.push(uint32In(bytes, 4 * j))
        scores.push(score)
        if (found.length >= limit) least = best.value
      }
    }
    return { forms: found, scores, least }
  }

  return {
    nearest(query, limit) {
      if (limit <= 0 || query.every((x) => x === 0)) return []
      const found = search(query, limit * RESCORED)
      return found.forms
        .filter((_, i) => found.scores[i]! >= found.least)
        .map((form) => {
          const rows = forms.rows(form)
          const text = forms.textOf(rows)
          return { form, rows, text, cosine: dotOf(query, encoder.encode(text)) }
        })
        .sort(nearer)
        .slice(0, limit)
    },
  }
}
