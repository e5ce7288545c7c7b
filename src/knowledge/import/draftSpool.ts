import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ByteReader } from '../store/bytes.ts'
import { openScratchFile, type LastingScratchFile } from '../store/build/scratchFile.ts'
import { writeAll } from '../store/build/sectionWriter.ts'
import { readHead, type NumberedDraft } from './draftRecord.ts'
import type { IdTable } from './idTable.ts'

const BUFFER_BYTES = 1 << 18

/** What is on the disk of a spool, so that a later process can go on with it. */
export interface SavedSpool {
  /** Lengths of the pieces of the drafts' file; a source ends with a piece. */
  readonly pieces: readonly number[]
  /** How many pieces there were at the end of each source. */
  readonly sourceEnds: readonly number[]
  readonly idBytes: number
  readonly nIds: number
}

/** The head of a draft that was read by an earlier process, and the source it came from. */
export type SavedHead = Pick<NumberedDraft, 'id' | 'xrefs'> & {
  readonly isNamed: boolean
  readonly source: number
}

/** Drafts that wait on the disk, and beside them the texts of the ids that they name by number. */
export interface DraftSpool {
  readonly file: LastingScratchFile
  /** What an earlier process wrote: the heads of its drafts, in their order. */
  savedHeads(): Generator<SavedHead>
  /** At the end of a source: waits until its drafts and ids are on the disk. */
  save(): SavedSpool
  /** Closes and removes both files; once is enough. */
  remove(): void
}

/** Makes an empty spool in `dir`, or goes on with what is there; its ids are then put into `ids`. Throws when it is damaged. */
export function createDraftSpool(dir: string, ids: IdTable, saved?: SavedSpool): DraftSpool {
  const idsPath = join(dir, 'ids.scratch')
  const file = openScratchFile(join(dir, 'drafts.scratch'), BUFFER_BYTES, saved?.pieces)
  const idsFile = openSync(idsPath, saved ? 'r+' : 'wx+')
  let isOpen = true
  let idBytes = 0
  let nIds = 0
  const sourceEnds = [...(saved?.sourceEnds ?? [])]
  if (saved) {
    ids.load(startOf(idsFile, saved.idBytes))
    ftruncateSync(idsFile, saved.idBytes)
    idBytes = saved.idBytes
    nIds = saved.nIds
    if (ids.size !== nIds) throw new Error(`${idsPath} has ${ids.size} ids instead of ${nIds}`)
  }
  return {
    file,
    *savedHeads() {
      let source = 0
      let i = 0
      for (const piece of file.readPieces()) {
        while (i >= (sourceEnds[source] ?? Infinity)) source += 1
        for (const reader = new ByteReader(piece); !reader.isOver;) {
          const length = reader.varint()
          const start = reader.at
          yield { ...readHead(reader), source }
          reader.seek(start + length)
        }
        i += 1
      }
    },
    save() {
      for (const bytes of ids.bytesFrom(nIds)) {
        writeAll(idsFile, bytes, idBytes)
        idBytes += bytes.length
      }
      nIds = ids.size
      fsyncSync(idsFile)
      const pieces = file.sync()
      sourceEnds.push(pieces.length)
      return { pieces, sourceEnds, idBytes, nIds }
    },
    remove() {
      file.remove()
      if (!isOpen) return
      isOpen = false
      closeSync(idsFile)
      rmSync(idsPath, { force: true })
    },
  }
}

function startOf(file: number, length: number): Buffer {
  if (fstatSync(file).size < length) throw new Error('The file of ids is shorter than what was noted of it')
  const bytes = Buffer.allocUnsafeSlow(length)
  for (let done = 0; done < length;) done += readSync(file, bytes, done, length - done, done)
  return bytes
}
