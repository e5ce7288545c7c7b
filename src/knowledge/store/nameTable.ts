import { damaged, type SectionFile } from './sectionFile.ts'
import { NAME_KINDS, type Manifest } from './format.ts'
import type { ConceptRef, Name, NameMatch } from '../../core/index.ts'

const KIND_MASK = 7

/** The names of a store by row; names of one concept are neighbours, the preferred one first. */
export interface NameTable {
  text(row: number): string
  name(row: number): Name
  match(row: number, score: number): NameMatch
  /** See {@link Name.count}. */
  count(row: number): number
  conceptOf(row: number): ConceptRef
  /** First row of a concept and the row behind its last. */
  rowsOf(ref: ConceptRef): { readonly first: number; readonly end: number }
}

/** Reads `names.bin`; `firstName` is the section of `concepts.bin` that says where each concept's names begin. */
export function openNameTable(file: SectionFile, firstName: Uint32Array, manifest: Manifest): NameTable {
  const { nNames, labels } = manifest
  const offsets = file.uint32(1, nNames + 1)
  const counts = file.uint32(2, nNames)
  const tags = file.uint16(3, nNames)
  const decoder = new TextDecoder()

  const text = (row: number): string => {
    const start = offsets[row]
    const end = offsets[row + 1]
    if (start === undefined || end === undefined) throw damaged(file.name, `there is no name ${String(row)}`)
    return decoder.decode(file.bytes(0, start, end - start))
  }
  const kindOf = (row: number): Name['kind'] => NAME_KINDS[tags[row]! & KIND_MASK] ?? 'synonym'
  const conceptOf = (row: number): ConceptRef => lastNotAbove(firstName, row)

  return {
    text,
    conceptOf,
    count: (row) => counts[row] ?? 0,
    name: (row) => ({
      text: text(row),
      kind: kindOf(row),
      source: labels[tags[row]! >>> 3] ?? '',
      count: counts[row] ?? 0,
    }),
    match: (row, score) => ({
      concept: conceptOf(row),
      name: text(row),
      kind: kindOf(row),
      count: counts[row] ?? 0,
      score,
    }),
    rowsOf(ref) {
      const first = firstName[ref]
      const end = firstName[ref + 1]
      if (first === undefined || end === undefined || first > end || end > nNames)
        throw damaged(file.name, `the names of concept ${String(ref)} lie outside the file`)
      return { first, end }
    },
  }
}

/** Index of the last of the ascending numbers that is not above the value. */
function lastNotAbove(ascending: Uint32Array, value: number): number {
  let low = 0
  let high = ascending.length - 1
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if (ascending[middle]! <= value) low = middle
    else high = middle - 1
  }
  return low
}
