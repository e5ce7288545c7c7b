import { fold } from '../names/fold.ts'
import { hashOf } from '../names/hash.ts'
import { damaged, type SectionFile } from './sectionFile.ts'
import type { Manifest } from './format.ts'
import type { NameTable } from './nameTable.ts'

/** The distinct folded names of a store by number; see `Forms`. */
export interface FormTable {
  readonly nForms: number
  readonly squaredNorms: Float32Array
  text(form: number): string
  /** The rows whose names fold to the form, ascending. */
  rows(form: number): Uint32Array
  /** The form with this folded text; `undefined` when no name folds to it. */
  find(folded: string): number | undefined
  /** The forms that begin with the folded text, in lexical order, at most `limit`. */
  beginningWith(folded: string, limit: number): readonly number[]
}

/** Opens `forms.bin`. */
export function openFormTable(file: SectionFile, names: NameTable, manifest: Manifest): FormTable {
  const { nForms, nNames } = manifest
  const firstRow = file.uint32(0, nForms + 1)
  const allRows = file.uint32(1)
  const slotHashes = file.uint32(3)
  const slotForms = file.uint32(4, slotHashes.length)
  const mask = slotHashes.length - 1
  if (slotHashes.length === 0 || (slotHashes.length & mask) !== 0)
    throw damaged(file.name, 'its table of names has an odd size')

  const rows = (form: number): Uint32Array => {
    const first = firstRow[form]
    const end = firstRow[form + 1]
    if (first === undefined || end === undefined || first >= end || end > allRows.length)
      throw damaged(file.name, `the names of form ${String(form)} lie outside the file`)
    const found = allRows.subarray(first, end)
    if (found.some((row) => row >= nNames))
      throw damaged(file.name, `form ${String(form)} has a name that does not exist`)
    return found
  }
  const text = (form: number): string => fold(names.text(rows(form)[0]!))

  const lexical = (place: number): number => {
    const bytes = file.bytes(5, place * 4, 4)
    return (bytes[0]! | (bytes[1]! << 8) | (bytes[2]! << 16) | (bytes[3]! << 24)) >>> 0
  }

  return {
    nForms,
    squaredNorms: file.float32(2, nForms),
    text,
    rows,
    find(folded) {
      if (folded === '') return undefined
      const hash = hashOf(folded)
      for (let probes = 0, slot = hash & mask; probes <= mask; probes += 1, slot = (slot + 1) & mask) {
        const found = slotHashes[slot]
        if (found === 0) return undefined
        if (found === hash && text(slotForms[slot]!) === folded) return slotForms[slot]
      }
      return undefined
    },
    beginningWith(folded, limit) {
      let low = 0
      for (let high = nForms; low < high;) {
        const middle = (low + high) >>> 1
        if (text(lexical(middle)) < folded) low = middle + 1
        else high = middle
      }
      const found: number[] = []
      for (let place = low; place < nForms && found.length < limit; place += 1) {
        const form = lexical(place)
        if (!text(form).startsWith(folded)) break
        found.push(form)
      }
      return found
    },
  }
}
