import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { ConceptLensError } from '../../core/index.ts'
import { textOf, type Table } from './table.ts'

/** What parts the cells of a text table: tabs in `.tsv`, else what the line of titles has most of. */
export type Delimiter = ',' | ';' | '\t'

/**
 * Reads a table as RFC 4180 has it; tab-separated ones may quote cells, too.
 * @throws ConceptLensError `alignment-table-unreadable`
 */
export function readDelimited(text: string, delimiter: Delimiter = delimiterIn(text)): Table {
  try {
    const [titles = [], ...rows] = parse(text, {
      bom: true,
      delimiter,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
    })
    return { titles: titles.map((title) => title.trim()), rows }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ConceptLensError(
      'alignment-table-unreadable',
      `The table cannot be read: ${why}. It must be text in UTF-8 with cells parted by commas, semicolons or tabs, and quotes doubled within quoted cells.`,
      { cause },
    )
  }
}

/** The delimiter that the first line has most of, outside quotes; a comma when it has none. */
export function delimiterIn(text: string): Delimiter {
  const first = text.slice(0, text.search(/\r|\n|$/)).replace(/"[^"]*"/g, '')
  const count = (delimiter: string): number => first.split(delimiter).length - 1
  return ([',', ';', '\t'] as const).reduce((a, b) => (count(b) > count(a) ? b : a))
}

/** Writes a table; comma-separated ones with CR LF between rows (RFC 4180), tab-separated ones with LF. */
export function writeDelimited({ titles, rows }: Table, delimiter: ',' | '\t'): string {
  return stringify([titles, ...rows.map((row) => titles.map((_, column) => textOf(row[column])))], {
    delimiter,
    record_delimiter: delimiter === ',' ? 'windows' : 'unix',
  })
}
