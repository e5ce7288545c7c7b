import { existsSync, readFileSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { ConceptLensError, type Manuscript, type Problem } from '../core/index.ts'
import { formatOf, parseProject } from '../document/index.ts'
import {
  ANNOTATED_FORMATS,
  biocToManuscript,
  offsetUnitOf,
  readAnnotated,
  type BiocCollection,
  type MarkedMention,
  type ReadResult,
} from '../formats/index.ts'

/** A manuscript to link, with the mentions that its file marks, if any. */
export interface InputDocument {
  readonly manuscript: Manuscript
  /** Per passage; `undefined` for manuscripts, which mark none. */
  readonly marked?: readonly (readonly MarkedMention[])[]
}

/** What a file holds: a manuscript is one document, an annotated corpus several. */
export interface Input {
  readonly documents: readonly InputDocument[]
  readonly problems: readonly Problem[]
}

const allowed = `manuscripts (.md .qmd .Rmd .tex .txt) and ${ANNOTATED_FORMATS}, all also as .gz`

/** Reads a file of any kind that can be linked. Throws `ConceptLensError` when it cannot be read or is of no known kind. */
export async function readInput(file: string): Promise<Input> {
  const text = await readText(file)
  const annotated = readAnnotated(text)
  if (annotated !== undefined) return corpusInput(annotated, file)
  if (formatOf(file.replace(/[.]gz$/i, '')) === undefined) {
    throw new ConceptLensError(
      'input-unknown-kind',
      `${file} is of no kind that can be linked. Allowed: ${allowed}.`,
    )
  }
  const manuscript = parseProject({ file, text }, readBeside)
  return { documents: [{ manuscript }], problems: manuscript.problems }
}

/** The text of a file, unpacked when gzipped; a byte order mark stays, for positions to hold. Throws `ConceptLensError`. */
export async function readText(file: string): Promise<string> {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(await readBytes(file))
}

/** The bytes of a file, unpacked when gzipped. Throws `ConceptLensError`. */
export async function readBytes(file: string): Promise<Uint8Array> {
  try {
    const bytes = await readFile(file)
    return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ConceptLensError('input-not-read', `${file} cannot be read: ${reason}`, { cause: error })
  }
}

function corpusInput({ value, problems }: ReadResult<BiocCollection>, file: string): Input {
  const unit = offsetUnitOf(value)
  const documents = value.documents.map((document) => {
    const { manuscript, mentions } = biocToManuscript(document, unit, `${file}#${document.id}`)
    return { manuscript, marked: mentions }
  })
  return { documents, problems: [...problems, ...documents.flatMap(({ manuscript }) => manuscript.problems)] }
}

/** A text file if it is there: the files that `\\input` names, and the source that a link lies in. */
export function readBeside(path: string): string | undefined {
  return existsSync(path) && statSync(path).isFile() ? readFileSync(path, 'utf8') : undefined
}
