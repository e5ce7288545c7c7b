import { basename } from 'node:path'
import {
  checkTitles,
  mappingSetOf,
  readDelimited,
  readWorkbook,
  withAnswers,
  writeConceptMap,
  writeDelimited,
  writeSssom,
  writeWorkbook,
  type AboutAlignment,
  type DecidedTerm,
  type Table,
  type TermsOfTable,
} from '../../alignment/index.ts'
import { ConceptLensError } from '../../core/index.ts'
import { readBytes } from '../inputs.ts'
import { reviewOf } from './review.ts'

/** What an alignment can be written as, with the ends of file names that mean it. */
export const ALIGNMENT_FORMATS = {
  csv: ['.csv'],
  tsv: ['.tsv', '.tab'],
  xlsx: ['.xlsx'],
  sssom: ['.sssom.tsv'],
  fhir: ['.json'],
  review: ['.review.json'],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type AlignmentFormat = keyof typeof ALIGNMENT_FORMATS

/** The format that a file's name means; the longest end that fits counts. */
export function formatOfName(file: string): AlignmentFormat | undefined {
  const name = file.toLowerCase()
  const fitting = Object.entries(ALIGNMENT_FORMATS).flatMap(([format, ends]) =>
    ends.filter((end) => name.endsWith(end)).map((end) => ({ format: format as AlignmentFormat, end })),
  )
  return fitting.sort((a, b) => b.end.length - a.end.length)[0]?.format
}

/**
 * Reads a table, known as a workbook by its content, else as text.
 * @throws ConceptLensError when it cannot be read or has no rows
 */
export async function readTable(file: string): Promise<Table> {
  const bytes = await readBytes(file)
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b
  const isOldWorkbook = bytes[0] === 0xd0 && bytes[1] === 0xcf
  if (isOldWorkbook)
    throw new ConceptLensError(
      'alignment-table-unreadable',
      `${file} is a workbook of an old kind (.xls). Allowed are .xlsx, .csv and .tsv: save it as one of them.`,
    )
  const table = isZip
    ? await readWorkbook(bytes)
    : /[.](tsv|tab)([.]gz)?$/i.test(file)
      ? readDelimited(new TextDecoder().decode(bytes), '\t')
      : readDelimited(new TextDecoder().decode(bytes))
  if (table.titles.length === 0)
    throw new ConceptLensError(
      'alignment-table-unreadable',
      `${file} has no first row with the titles of its columns. Add one.`,
    )
  return table
}

/** What is written, from what. */
export interface AlignedTable {
  readonly table: Table
  readonly terms: TermsOfTable
  readonly decided: readonly DecidedTerm[]
  readonly about: AboutAlignment
}

/** An aligned table in a format, as text or, for a workbook, bytes. */
export async function writeAligned(
  { table, terms, decided, about }: AlignedTable,
  format: AlignmentFormat,
): Promise<string | Uint8Array> {
  switch (format) {
    case 'sssom':
      return writeSssom(mappingSetOf(decided, about))
    case 'fhir':
      return writeConceptMap(decided, about)
    case 'review': {
      const names = { table: about.table, knowledgeBase: about.knowledgeBase.name }
      return JSON.stringify(reviewOf(decided, terms, names))
    }
    case 'csv':
    case 'tsv':
      return writeDelimited(withAnswers(table, terms, decided), format === 'csv' ? ',' : '\t')
    case 'xlsx':
      return writeWorkbook(withAnswers(table, terms, decided))
  }
}

/** Checks before the work begins that its result can be written. Throws `ConceptLensError`. */
export function checkWritable(table: Table, format: AlignmentFormat): void {
  if (format === 'csv' || format === 'tsv' || format === 'xlsx') checkTitles(table)
}

/** A table's name in messages and exports. */
export const tableName = (file: string): string => basename(file).replace(/[.]gz$/i, '')
