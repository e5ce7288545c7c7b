import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ConceptLensError } from '../core/index.ts'

/**
 * A digest of the files of a model, 16 hexadecimal digits: changes whenever one of them does.
 * @param missing the error to throw about the first file that cannot be read
 */
export async function digestOfFiles(
  folder: string,
  files: readonly string[],
  missing: (path: string, cause: unknown) => Error,
): Promise<string> {
  const hash = createHash('sha256')
  for (const file of files) {
    const path = join(folder, file)
    hash.update(`${file}\n`)
    const content = createReadStream(path, { highWaterMark: 1 << 20 })
    await pipeline(content, async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) hash.update(chunk)
    }).catch((cause: unknown) => {
      throw missing(path, cause)
    })
  }
  return hash.digest('hex').slice(0, 16)
}

/** The error about a file that belongs to a linker's model and does not fit its manifest. */
export function unfitFile(path: string, what: string, cause?: unknown): ConceptLensError {
  return new ConceptLensError(
    'model-manifest-invalid',
    `${path} cannot be used: ${what}. Install the model again.`,
    { cause },
  )
}

/** Reads a JSON file that belongs to a linker's model. @throws ConceptLensError as {@link unfitFile} makes it */
export async function readLinkerJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw unfitFile(path, cause instanceof Error ? cause.message : String(cause), cause)
  })
  return parseJson(text, (what) => unfitFile(path, what))
}

/** Parses a file of a model. @param unfit makes the error about a text that is no JSON, from a clause that says so */
export function parseJson(text: string, unfit: (what: string) => Error): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw unfit(`it is not JSON (${cause instanceof Error ? cause.message : String(cause)})`)
  }
}
