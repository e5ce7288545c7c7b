import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ConceptLensError } from '../core/index.ts'

/** Writes a file so that it appears whole or not at all: under a temporary name beside it, then renamed. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.part`)
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(temporary, text)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    const reason = error instanceof Error ? error.message : String(error)
    throw new ConceptLensError(
      'output-not-written',
      `${path} was not written: ${reason}. What stood there before is unchanged; free some space or choose another place with --out.`,
      { cause: error },
    )
  }
}
