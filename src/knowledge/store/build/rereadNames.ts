import { closeSync, openSync, readSync } from 'node:fs'
import { ByteReader } from '../bytes.ts'
import { ENTRY_BYTES, HEADER_BYTES } from '../sectionFile.ts'

const PIECE_BYTES = 1 << 20

/** How many names are looked at to see how they spread over the alphabet. */
const N_SAMPLED = 16_384

/** The texts of a finished `names.bin` in the order of their rows. */
export function* rereadNames(path: string): Generator<string> {
  const fd = openSync(path, 'r')
  try {
    const { start, offsets } = layoutOf(fd)
    for (let group = 0; group + 1 < offsets.length;) {
      let end = group + 1
      while (end + 1 < offsets.length && offsets[end + 1]! - offsets[group]! <= PIECE_BYTES) end += 1
      yield* textsOf(readAt(fd, start + offsets[group]!, offsets[end]! - offsets[group]!))
      group = end
    }
  } finally {
    closeSync(fd)
  }
}

/** Some of the texts, evenly spread. */
export function sampledNames(path: string): string[] {
  const fd = openSync(path, 'r')
  try {
    const { start, offsets } = layoutOf(fd)
    const nGroups = offsets.length - 1
    const step = Math.max(1, nGroups / N_SAMPLED)
    const sample: string[] = []
    for (let at = 0; at < nGroups; at += step) {
      const group = Math.floor(at)
      const bytes = readAt(fd, start + offsets[group]!, offsets[group + 1]! - offsets[group]!)
      const first = textsOf(bytes).next()
      if (!first.done) sample.push(first.value)
    }
    return sample
  } finally {
    closeSync(fd)
  }
}

function* textsOf(bytes: Uint8Array): Generator<string> {
  for (const reader = new ByteReader(bytes); !reader.isOver;) {
    if (reader.varint() & 2) reader.varint()
    yield reader.text()
  }
}

/** Where the first section begins, and the second section: where groups of names begin in it. */
function layoutOf(fd: number): { start: number; offsets: Uint32Array } {
  const table = readAt(fd, HEADER_BYTES, 2 * ENTRY_BYTES)
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength)
  const bytes = readAt(fd, view.getFloat64(16, true), view.getFloat64(24, true))
  return { start: view.getFloat64(0, true), offsets: new Uint32Array(bytes.buffer) }
}

function readAt(fd: number, position: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let done = 0; done < length;) {
    const n = readSync(fd, bytes, done, length - done, position + done)
    if (n === 0) throw new Error('names.bin ends too early')
    done += n
  }
  return bytes
}
