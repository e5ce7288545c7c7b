import { gramsOf, N_GRAMS } from '../names/grams.ts'
import { isBitmap } from './format.ts'
import type { Forms } from './forms.ts'
import type { SectionData } from './sectionFile.ts'

interface Directory {
  readonly grams: number[]
  readonly counts: number[]
  /** In 16-bit units. */
  readonly offsets: number[]
  readonly blockStarts: number[]
}

/** The sections of `grams.bin`: for every block of forms and every gram in it, which forms of the block have the gram. */
export function gramSections({ texts, frequencies }: Forms, blockSize: number): SectionData[] {
  const directory: Directory = { grams: [], counts: [], offsets: [], blockStarts: [0] }
  const pieces: Uint16Array[] = []
  let length = 0
  for (let first = 0; first < texts.length; first += blockSize) {
    const piece = blockLists(texts.slice(first, first + blockSize), blockSize, { directory, base: length })
    pieces.push(piece)
    length += piece.length
    directory.blockStarts.push(directory.grams.length)
  }
  return [
    frequencies,
    Uint32Array.from(directory.blockStarts),
    Uint32Array.from(directory.grams),
    Uint32Array.from(directory.counts),
    Uint32Array.from(directory.offsets),
    concatenated(pieces, length),
  ]
}

function blockLists(
  texts: readonly string[],
  blockSize: number,
  { directory, base }: { directory: Directory; base: number },
): Uint16Array {
  const grams = texts.map(gramsOf)
  const starts = new Uint32Array(N_GRAMS + 1)
  for (const list of grams) for (const gram of list) starts[gram + 1]! += 1
  for (let gram = 0; gram < N_GRAMS; gram += 1) starts[gram + 1]! += starts[gram]!
  const next = starts.slice(0, N_GRAMS)
  const entries = new Uint16Array(starts[N_GRAMS]!)
  grams.forEach((list, place) => {
    for (const gram of list) entries[next[gram]!++] = place
  })
  const out = new Uint16Array(entries.length + 1)
  let length = 0
  for (let gram = 0; gram < N_GRAMS; gram += 1) {
    const list = entries.subarray(starts[gram], starts[gram + 1])
    if (list.length === 0) continue
    const container = isBitmap(list.length, blockSize) ? bitmapOf(list, blockSize) : list
    directory.grams.push(gram)
    directory.counts.push(list.length)
    directory.offsets.push(base + length)
    out.set(container, length)
    length += container.length
  }
  return out.slice(0, length)
}

function bitmapOf(places: Uint16Array, blockSize: number): Uint16Array {
  const bitmap = new Uint16Array(blockSize / 16)
  for (const place of places) bitmap[place >>> 4]! |= 1 << (place & 15)
  return bitmap
}

function concatenated(pieces: readonly Uint16Array[], length: number): Uint16Array {
  const all = new Uint16Array(length)
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}
