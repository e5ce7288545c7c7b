import { ConceptLensError } from '../../core/index.ts'
import { termKey, type Term } from '../term.ts'

/** What a cell holds; text formats have texts alone. `null` is an empty cell of a workbook. */
export type Cell = string | number | boolean | Date | null

/** A table with one line of titles. Rows may be shorter than the titles. */
export interface Table {
  readonly titles: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

/** Which columns hold the terms. */
export interface TermColumns {
  readonly term: string
  readonly context?: string | undefined
}

/** The terms of a table: each once, in the order of their first rows. */
export interface TermsOfTable {
  readonly terms: readonly Term[]
  /** For each row the index of its term; `undefined` where the term column is empty. */
  readonly termOfRow: readonly (number | undefined)[]
}

/** A cell as text: dates as ISO 8601, without the time at midnight UTC. */
export function textOf(cell: Cell | undefined): string {
  if (cell === null || cell === undefined) return ''
  if (cell instanceof Date) return cell.toISOString().replace(/T00:00:00[.]000Z$/, '')
  return String(cell)
}

/**
 * The place of a column by its title, else by its title in whatever case.
 * @throws ConceptLensError `alignment-no-column`
 */
export function columnIndex({ titles }: Table, title: string): number {
  const exact = titles.indexOf(title)
  if (exact >= 0) return exact
  const loose = titles.flatMap((one, i) => (one.trim().toLowerCase() === title.trim().toLowerCase() ? i : []))
  if (loose.length === 1 && loose[0] !== undefined) return loose[0]
  throw new ConceptLensError(
    'alignment-no-column',
    `The table has no column "${title}". Its columns are: ${titles.map((one) => `"${one}"`).join(', ')}. Name one of them.`,
  )
}

/** What gives the term of a row; `undefined` where the term column is empty. */
export function termReader(table: Table, columns: TermColumns): (row: readonly Cell[]) => Term | undefined {
  const termColumn = columnIndex(table, columns.term)
  const contextColumn = columns.context === undefined ? undefined : columnIndex(table, columns.context)
  return (row) => {
    const text = textOf(row[termColumn]).trim()
    if (text === '') return undefined
    const context = contextColumn === undefined ? '' : textOf(row[contextColumn]).trim()
    return { text, ...(context === '' ? {} : { context }) }
  }
}

/** The distinct terms of a table. */
export function termsOf(table: Table, columns: TermColumns): TermsOfTable {
  const read = termReader(table, columns)
  const known = new Map<string, number>()
  const terms: Term[] = []
  const termOfRow = table.rows.map((row) => {
    const term = read(row)
    if (!term) return undefined
    const key = termKey(term)
    const index = known.get(key) ?? terms.push(term) - 1
    known.set(key, index)
    return index
  })
  return { terms, termOfRow }
}
