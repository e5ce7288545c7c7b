import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { FORMAT_VERSION, MAGIC } from '../format.ts'
import { ALIGNMENT, ENTRY_BYTES, HEADER_BYTES } from '../sectionFile.ts'

/** Anything a section can be written from. */
export type SectionData = Uint8Array | Uint16Array | Uint32Array | Float32Array

const BUFFER_BYTES = 1 << 18

/** Writes a section file piece by piece, one section after the other. Layout: FORMAT.md, "Section files". */
export interface SectionWriter {
  /** Adds to the section that is open. */
  write(data: SectionData): void
  /** Ends the section that is open and begins the next. */
  next(): void
  /** Ends the last section, writes the table of sections and waits until all is on the disk. */
  finish(): void
  /** Closes a file that will not be finished; does nothing to a finished one. */
  abandon(): void
}

const aligned = (offset: number): number => Math.ceil(offset / ALIGNMENT) * ALIGNMENT

/** Begins a section file at its first section. */
export function createSectionWriter(path: string, nSections: number): SectionWriter {
  const fd = openSync(path, 'wx')
  const table = new DataView(new ArrayBuffer(HEADER_BYTES + ENTRY_BYTES * nSections))
  table.setUint32(0, MAGIC, true)
  table.setUint32(4, FORMAT_VERSION, true)
  table.setUint32(8, nSections, true)
  const buffer = new Uint8Array(BUFFER_BYTES)
  let buffered = 0
  let isOpen = true
  let section = 0
  let start = table.byteLength
  let end = start
  writeAll(fd, new Uint8Array(table.byteLength))

  const flush = (): void => {
    writeAll(fd, buffer.subarray(0, buffered))
    buffered = 0
  }
  const append = (bytes: Uint8Array): void => {
    end += bytes.length
    if (bytes.length > BUFFER_BYTES - buffered) flush()
    if (bytes.length >= BUFFER_BYTES) return writeAll(fd, bytes)
    buffer.set(bytes, buffered)
    buffered += bytes.length
  }
  const closeSection = (): void => {
    table.setFloat64(HEADER_BYTES + ENTRY_BYTES * section, start, true)
    table.setFloat64(HEADER_BYTES + ENTRY_BYTES * section + 8, end - start, true)
    append(new Uint8Array(aligned(end) - end))
    section += 1
    start = end
  }

  return {
    write: (data) => append(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
    next: closeSection,
    finish() {
      closeSection()
      if (section !== nSections)
        throw new Error(`${path}: ${section} sections written instead of ${nSections}`)
      flush()
      writeAll(fd, new Uint8Array(table.buffer), 0)
      fsyncSync(fd)
      closeSync(fd)
      isOpen = false
    },
    abandon() {
      if (isOpen) closeSync(fd)
      isOpen = false
    },
  }
}

/** Writes bytes to a file, all of them. Without a position: behind what was written last. */
export function writeAll(fd: number, bytes: Uint8Array, position?: number): void {
  for (let done = 0; done < bytes.byteLength;) {
    const length = Math.min(bytes.byteLength - done, 1 << 26)
    done += writeSync(fd, bytes, done, length, position === undefined ? null : position + done)
  }
}
