import { ConceptLensError } from '../../core/index.ts'
import type { DecidedTerm } from '../decide.ts'
import type { Cell, Table, TermsOfTable } from '../tables/table.ts'

/** The columns that alignment adds to a table. Types are TUIs, else groups, with "|" between them. */
export const ADDED_COLUMNS = [
  'concept_id',
  'concept_name',
  'concept_type',
  'concept_score',
  'concept_probability',
  'runner_up_id',
  'runner_up_name',
  'decision',
  'decided_by',
] as const

/**
 * Checks that a table has none of the {@link ADDED_COLUMNS} yet.
 * @throws ConceptLensError `alignment-column-taken`
 */
export function checkTitles({ titles }: Table): void {
  const taken = ADDED_COLUMNS.filter((title) => titles.includes(title))
  if (taken.length === 0) return
  throw new ConceptLensError(
    'alignment-column-taken',
    `The table has the column ${taken.map((title) => `"${title}"`).join(', ')} already, which alignment would add. Rename it, or align the table as it was before.`,
  )
}

/** The same table with the answers in further columns. Rows without a term get empty cells. */
export function withAnswers(
  table: Table,
  { termOfRow }: TermsOfTable,
  decided: readonly DecidedTerm[],
): Table {
  const width = table.titles.length
  const rows = table.rows.map((row, i) => {
    const own = Array.from({ length: width }, (_, column) => row[column] ?? null)
    const index = termOfRow[i]
    const term = index === undefined ? undefined : decided[index]
    return [...own, ...(term ? answerCells(term) : ADDED_COLUMNS.map(() => null))]
  })
  return { titles: [...table.titles, ...ADDED_COLUMNS], rows }
}

function answerCells({ chosen, runnerUp, probability, decision, decidedBy }: DecidedTerm): Cell[] {
  const types = chosen === undefined ? [] : chosen.types.length > 0 ? chosen.types : chosen.groups
  return [
    chosen?.id ?? null,
    chosen?.name ?? null,
    types.length > 0 ? types.join('|') : null,
    chosen?.score ?? null,
    decidedBy === 'person' ? null : probability,
    runnerUp?.id ?? null,
    runnerUp?.name ?? null,
    decision,
    decidedBy,
  ]
}
