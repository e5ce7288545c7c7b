import { pipeline } from 'node:stream'
import { parse, type Info } from 'csv-parse'
import { ConceptLensError } from '../../core/index.ts'
import { isOwnError, messageOf, openSource } from './lines.ts'

/** How a table is written. */
export interface TableSyntax {
  readonly delimiter: ',' | '\t'
  /** Lines that begin with it are no rows. */
  readonly comment?: '#'
}

/** The cells of a row, trimmed, and its 1-based line. */
export interface TableRow {
  readonly cells: readonly string[]
  readonly line: number
}

/** The tab or comma that parts the titles of a header line. */
export function delimiterOf(header: string): ',' | '\t' {
  return header.includes('\t') ? '\t' : ','
}

/** The titles of a header line in lower case, without quotes. */
export function titlesOf(header: string, delimiter: ',' | '\t'): string[] {
  return header.split(delimiter).map((title) =>
    title
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .toLowerCase(),
  )
}

/** The rows below the header. Comma-separated tables follow RFC 4180; tab-separated ones have no quotes. */
export async function* tableRows(
  path: string,
  { delimiter, comment }: TableSyntax,
  onBytes: (n: number) => void,
): AsyncGenerator<TableRow> {
  const parser = pipeline(
    await openSource(path, onBytes),
    parse({
      bom: true,
      delimiter,
      quote: delimiter === ',' ? '"' : false,
      ...(comment === undefined ? {} : { comment, comment_no_infix: true }),
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      from: 2,
      info: true,
    }),
    () => {}, // An error ends the loop below.
  )
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>)
      yield { cells: record.map((cell) => cell.trim()), line: info.lines }
  } catch (cause) {
    if (isOwnError(cause)) throw cause
    throw new ConceptLensError(
      'kb-unreadable-source',
      `${path} cannot be read to its end: ${messageOf(cause)}.`,
      { cause },
    )
  }
}
