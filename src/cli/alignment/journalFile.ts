import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, open, readFile, rm, truncate, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { journalHeader, journalLines, readJournal, type Alignment, type Term } from '../../alignment/index.ts'

/** A journal on disk (see `readJournal`). */
export interface JournalFile {
  /** What an earlier run has left of the same work. */
  readonly done: readonly Alignment[]
  append(batch: readonly Alignment[]): Promise<void>
  /** Closes it; it stays, to go on from. */
  close(): Promise<void>
  /** Deletes it: the work is done. */
  remove(): Promise<void>
}

/** Opens a journal. What it holds of other work is overwritten. */
export async function openJournal(
  path: string,
  fingerprint: string,
  terms: readonly Term[],
): Promise<JournalFile> {
  const key = createHash('sha256').update(fingerprint).update(JSON.stringify(terms)).digest('hex')
  const bytes = existsSync(path) ? await readFile(path) : Buffer.alloc(0)
  // Bytes behind the last whole line may be half a letter; those are cut off with the line.
  const text = bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1).toString('utf8')
  const { alignments, length } = readJournal(text, key, terms)
  await mkdir(dirname(path), { recursive: true })
  const file = await opened(path, Buffer.byteLength(text.slice(0, length)))
  if (length === 0) await file.appendFile(journalHeader(key))
  return {
    done: alignments,
    append: (batch) => file.appendFile(journalLines(batch)),
    close: () => file.close(),
    async remove() {
      await file.close()
      await rm(path, { force: true })
    },
  }
}

async function opened(path: string, keptBytes: number): Promise<FileHandle> {
  const file = await open(path, 'a')
  await truncate(path, keptBytes)
  return file
}
