import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, rmSync } from 'node:fs'
import { writeAll } from './sectionWriter.ts'

/** Records that a build writes once and reads back; never part of a store. */
export interface ScratchFile {
  readonly bytes: number
  /** Adds a record; records are never torn apart between pieces. */
  write(record: Uint8Array): void
  /** The content in the pieces in which it was written, each some whole records. */
  readPieces(): Generator<Buffer>
  /** Where the content stands, for {@link readPieces}. */
  written(): WrittenPieces
}

/** The pieces of a scratch file, as another thread can read them. */
export interface WrittenPieces {
  readonly path: string
  readonly extents: readonly Extent[]
}

/** The pieces of a scratch file that someone else has open. */
export function* readPieces({ path, extents }: WrittenPieces): Generator<Buffer> {
  const fd = openSync(path, 'r')
  try {
    for (const extent of extents) yield readExtent(fd, extent)
  } finally {
    closeSync(fd)
  }
}

/** A scratch file that a later process can go on with. */
export interface LastingScratchFile extends ScratchFile {
  /** Waits until all is on the disk, and returns the length of each piece: what {@link openScratchFile} wants. */
  sync(): number[]
  /** Closes and removes it; once is enough. */
  remove(): void
}

/** Scratch files side by side in one file of the system, of which a process may have few open. */
export interface ScratchFiles {
  readonly files: readonly ScratchFile[]
  /** Closes and removes them; once is enough. */
  remove(): void
}

/** Makes `n` empty scratch files, each of which gathers `bufferBytes` before it writes. */
export function createScratchFiles(path: string, n: number, bufferBytes: number): ScratchFiles {
  const fd = openSync(path, 'wx+')
  let end = 0
  let isOpen = true
  const append = (bytes: Uint8Array): Extent => {
    writeAll(fd, bytes, end)
    end += bytes.length
    return { start: end - bytes.length, end }
  }
  return {
    files: Array.from({ length: n }, () => scratchFile({ path, fd, append, bufferBytes, pieces: [] })),
    remove() {
      if (!isOpen) return
      isOpen = false
      closeSync(fd)
      rmSync(path, { force: true })
    },
  }
}

/**
 * Makes an empty scratch file, or, given the lengths of its pieces, goes on with one: what was written behind them, as
 * by a process that was killed, is cut off. Throws when the file is shorter than its pieces.
 */
export function openScratchFile(
  path: string,
  bufferBytes: number,
  lengths?: readonly number[],
): LastingScratchFile {
  const fd = openSync(path, lengths ? 'r+' : 'wx+')
  let end = 0
  const kept = (lengths ?? []).map((length): Extent => ({ start: end, end: (end += length) }))
  if (lengths) {
    if (fstatSync(fd).size < end) throw new Error(`${path} is shorter than what was noted of it`)
    ftruncateSync(fd, end)
  }
  let isOpen = true
  const append = (bytes: Uint8Array): Extent => {
    writeAll(fd, bytes, end)
    end += bytes.length
    return { start: end - bytes.length, end }
  }
  const file = scratchFile({ path, fd, append, bufferBytes, pieces: kept })
  return Object.assign(file, {
    sync() {
      file.flush()
      fsyncSync(fd)
      return kept.map((piece) => piece.end - piece.start)
    },
    remove() {
      if (!isOpen) return
      isOpen = false
      closeSync(fd)
      rmSync(path, { force: true })
    },
  })
}

interface Extent {
  readonly start: number
  readonly end: number
}

interface Part {
  readonly path: string
  readonly fd: number
  readonly append: (bytes: Uint8Array) => Extent
  readonly bufferBytes: number
  /** Grows with every piece. */
  readonly pieces: Extent[]
}

function scratchFile({ path, fd, append, bufferBytes, pieces }: Part): ScratchFile & { flush(): void } {
  let buffer: Buffer | undefined
  let buffered = 0
  let written = pieces.reduce((sum, { start, end }) => sum + end - start, 0)
  const put = (bytes: Uint8Array): void => {
    pieces.push(append(bytes))
    written += bytes.length
  }
  const flush = (): void => {
    if (buffer && buffered > 0) put(buffer.subarray(0, buffered))
    buffered = 0
  }
  return {
    flush,
    get bytes() {
      return written + buffered
    },
    write(record) {
      if (record.length > bufferBytes - buffered) flush()
      if (record.length > bufferBytes) return put(record)
      buffer ??= Buffer.allocUnsafeSlow(bufferBytes)
      buffer.set(record, buffered)
      buffered += record.length
    },
    written() {
      flush()
      return { path, extents: [...pieces] }
    },
    *readPieces() {
      flush()
      buffer = undefined
      for (const piece of pieces) yield readExtent(fd, piece)
    },
  }
}

function readExtent(fd: number, { start, end }: Extent): Buffer {
  const into = Buffer.allocUnsafeSlow(end - start)
  for (let done = 0; done < into.length;) {
    const n = readSync(fd, into, done, into.length - done, start + done)
    if (n === 0) throw new Error('A scratch file ends too early')
    done += n
  }
  return into
}
