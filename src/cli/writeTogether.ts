import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ConceptLensError } from '../core/index.ts'

/** A file to write. */
export interface OutputFile {
  readonly path: string
  readonly text: string | Uint8Array
}

/**
 * Writes files that belong together so that they appear whole and together or not at all: all under temporary names
 * beside them first, which is where a disk gets full, then renamed, the first one last. Throws `ConceptLensError`.
 */
export async function writeTogether(files: readonly OutputFile[]): Promise<void> {
  const drafts = files.map((file) => ({ ...file, temporary: temporaryName(file.path) }))
  let current = drafts[0]?.path ?? ''
  try {
    for (const { path, temporary, text } of drafts) {
      current = path
      await mkdir(dirname(path), { recursive: true })
      await writeFile(temporary, text)
    }
    for (const { path, temporary } of drafts.toReversed()) {
      current = path
      await rename(temporary, path)
    }
  } catch (error) {
    for (const { temporary } of drafts) await rm(temporary, { force: true }).catch(() => undefined)
    const reason = error instanceof Error ? error.message : String(error)
    throw new ConceptLensError(
      'output-not-written',
      `${current} was not written: ${reason}. What stood there before is unchanged; free some space or choose another place with --out.`,
      { cause: error },
    )
  }
}

function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.part`)
}
