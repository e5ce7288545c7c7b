import { join } from 'node:path'
import { fold } from '../../names/fold.ts'
import { gramsInto, N_GRAMS } from '../../names/grams.ts'
import { ByteReader, ByteWriter } from '../bytes.ts'
import type { Pace } from '../pace.ts'
import { createScratchFiles, type ScratchFile, type ScratchFiles, type WrittenPieces } from './scratchFile.ts'

/** About this much text is sorted in memory at once. */
const PART_BYTES = 12 * 2 ** 20
const MAX_PARTS = 128

/** The distinct folded names in lexical order, on disk. */
export interface DistinctForms {
  readonly nForms: number
  /** In how many forms each gram stands. */
  readonly frequencies: Uint32Array
  /** Rows that have a form: names without a letter or digit have none. */
  readonly nRows: number
  /** Every form in lexical order. */
  read(): Generator<DistinctForm>
  /** Where they stand, for {@link readForms}. */
  written(): WrittenPieces
  remove(): void
}

/** A folded name and its rows, ascending. */
export interface DistinctForm {
  readonly text: string
  readonly rows: readonly number[]
}

/** Where names come from, in the order of their rows; gone through once. */
export type NameTexts = Iterable<string>

/** Folds all names and brings equal forms together: names are dealt out to ranges of the alphabet, each sorted in memory. */
export async function distinctForms(
  dir: string,
  names: {
    readonly texts: NameTexts
    readonly sample: readonly string[]
    readonly nNames: number
    readonly bytes: number
  },
  pace: Pace,
): Promise<DistinctForms> {
  const parts = await dealtOut(dir, names, pace)
  const store = createScratchFiles(join(dir, 'forms.scratch'), 1, 1 << 18)
  const out = store.files[0]!
  const frequencies = new Uint32Array(N_GRAMS)
  let grams = new Uint32Array(1024)
  let nForms = 0
  let nRows = 0
  pace.stage('sorting names', 0.14)
  for (const [i, part] of parts.files.entries()) {
    const sorted = formsOfPart(part)
    const record = new ByteWriter()
    for (const [text, rows] of sorted) {
      record.clear()
      record.text(text)
      record.varint(rows.length)
      let before = 0
      for (const row of rows) {
        record.varint(row - before)
        before = row
      }
      out.write(record.view())
      if (text.length > grams.length) grams = new Uint32Array(text.length)
      const n = gramsInto(text, grams)
      for (let j = 0; j < n; j += 1) frequencies[grams[j]!]! += 1
      nForms += 1
      nRows += rows.length
    }
    await pace.tick(i + 1, parts.files.length)
  }
  parts.remove()
  return {
    nForms,
    nRows,
    frequencies,
    read: () => readForms(out.readPieces()),
    written: () => out.written(),
    remove: () => store.remove(),
  }
}

/** Writes the folded names with their rows to files, each with a range of the alphabet. */
async function dealtOut(
  dir: string,
  { texts, sample, nNames, bytes }: Parameters<typeof distinctForms>[1],
  pace: Pace,
): Promise<ScratchFiles> {
  const nParts = Math.min(MAX_PARTS, Math.ceil(bytes / PART_BYTES) || 1)
  const splitters = splittersOf(sample, nParts)
  const parts = createScratchFiles(join(dir, 'names.scratch'), splitters.length + 1, 1 << 18)
  const record = new ByteWriter()
  let row = 0
  pace.stage('folding names', 0.12)
  for (const text of texts) {
    const folded = fold(text)
    if (folded !== '') {
      record.clear()
      record.varint(row)
      record.text(folded)
      parts.files[placeOf(splitters, folded)]!.write(record.view())
    }
    row += 1
    if (row % 8192 === 0) await pace.tick(row, nNames, 'names')
  }
  return parts
}

/** Texts that cut the alphabet into about equally full ranges. */
function splittersOf(sample: readonly string[], nParts: number): string[] {
  const sorted = sample.map(fold).sort()
  const cuts = Array.from(
    { length: nParts - 1 },
    (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / nParts)],
  )
  return [...new Set(cuts.filter((cut) => cut !== undefined))]
}

/** How many splitters are not above the text. */
function placeOf(splitters: readonly string[], text: string): number {
  let low = 0
  let high = splitters.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (splitters[middle]! <= text) low = middle + 1
    else high = middle
  }
  return low
}

/** The forms of one range with their rows, in lexical order. */
function formsOfPart(part: ScratchFile): [text: string, rows: number[]][] {
  const forms = new Map<string, number[]>()
  for (const piece of part.readPieces()) {
    for (const reader = new ByteReader(piece); !reader.isOver;) {
      const row = reader.varint()
      const text = reader.text()
      const rows = forms.get(text)
      if (rows) rows.push(row)
      else forms.set(text, [row])
    }
  }
  const texts = [...forms.keys()].sort()
  return texts.map((text) => [text, forms.get(text)!])
}

/** The forms in the pieces of a scratch file. */
export function* readForms(pieces: Iterable<Uint8Array>): Generator<DistinctForm> {
  for (const piece of pieces) {
    for (const reader = new ByteReader(piece); !reader.isOver;) {
      const text = reader.text()
      const rows: number[] = []
      let row = 0
      for (let left = reader.varint(); left > 0; left -= 1) {
        row += reader.varint()
        rows.push(row)
      }
      yield { text, rows }
    }
  }
}
