import { stringify } from 'csv-stringify/sync'
import type { LinkRow } from './rows.ts'

const COLUMNS = [
  'file',
  'line',
  'column',
  'mention',
  'identifier',
  'name',
  'group',
  'semantic_types',
  'probability',
  'chosen_by',
  'section',
  'source_start',
  'source_end',
]

/**
 * Writes links as CSV (RFC 4180, CR LF between rows, a header): one row per link. `source_start` and `source_end` are
 * UTF-16 units of the file; `line` and `column` start at 1 and are empty when the source text was not at hand.
 */
export function writeCsv(rows: readonly LinkRow[]): string {
  return stringify([COLUMNS, ...rows.map(cellsOf)], { record_delimiter: 'windows' })
}

function cellsOf({ link, passage, concept, group, file, line, column }: LinkRow): string[] {
  return [
    file,
    line?.toString() ?? '',
    column?.toString() ?? '',
    link.mention.text,
    concept?.id ?? '',
    concept?.name ?? '',
    group,
    concept?.types.join('|') ?? '',
    link.probability.toFixed(4),
    link.chosenBy,
    passage.section.title,
    String(link.source.start),
    String(link.source.end),
  ]
}
