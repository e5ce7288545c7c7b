import { ConceptLensError, type Name, type NameKind } from '../../core/index.ts'
import { isSemanticGroup, tuiOf } from '../semanticTypes.ts'
import { normalisedId } from './curie.ts'
import { cleaned, labelOfFile, values, type ConceptDraft, type ImportSink } from './draft.ts'
import type { SourceKind } from './sourceKind.ts'
import { delimiterOf, tableRows, titlesOf } from './tableRows.ts'

const REQUIRED = ['id', 'name'] as const
const OPTIONAL = ['kind', 'type', 'group', 'source', 'alt_ids', 'parents', 'definition'] as const

type Column = (typeof REQUIRED)[number] | (typeof OPTIONAL)[number]

/** A table of names, comma- or tab-separated. */
export const namesTableKind: SourceKind = {
  what: 'a names table (.csv, .tsv with a header line that has id and name)',
  open(path, beginning) {
    if (!/\.(?:csv|tsv|tab|txt)(?:\.gz)?$/i.test(path) || beginning.includes('\0')) return undefined
    const layout = tableLayout(path, beginning)
    return { path, read: (sink) => readNamesTable(path, layout, sink) }
  },
}

/** Where the columns of a names table stand. */
interface TableLayout {
  readonly delimiter: ',' | '\t'
  readonly columns: Readonly<Partial<Record<Column, number>>>
}

/** Reads the header of a names table; throws when `id` or `name` is missing. */
function tableLayout(path: string, beginning: string): TableLayout {
  const line = beginning.replace(/^\ufeff/, '').split(/\r?\n/, 1)[0] ?? ''
  const delimiter = delimiterOf(line)
  const titles = titlesOf(line, delimiter)
  const missing = REQUIRED.filter((column) => !titles.includes(column))
  if (missing.length > 0)
    throw new ConceptLensError(
      'kb-missing-column',
      `${path} lacks the column ${missing.join(' and ')}. A names table begins with a header line that has id and name, and may have ${OPTIONAL.join(', ')}; found: ${line.slice(0, 200)}`,
    )
  const known: readonly Column[] = [...REQUIRED, ...OPTIONAL]
  const columns = Object.fromEntries(
    known.filter((column) => titles.includes(column)).map((column) => [column, titles.indexOf(column)]),
  )
  return { delimiter, columns }
}

const KINDS: Readonly<Record<string, NameKind>> = {
  preferred: 'preferred',
  label: 'preferred',
  pref: 'preferred',
  pt: 'preferred',
  synonym: 'synonym',
  syn: 'synonym',
  exact: 'synonym',
  abbreviation: 'abbreviation',
  acronym: 'abbreviation',
  layperson: 'layperson',
  observed: 'observed',
}

/** One row as its cells by column; a missing column is an empty cell. */
type Row = (column: Column) => string

/**
 * Reads a table of names. Rows with the same id are one concept, wherever they stand; the first name is preferred when
 * there is no `kind`.
 */
async function readNamesTable(path: string, layout: TableLayout, sink: ImportSink): Promise<void> {
  const label = labelOfFile(path)
  sink.source({ name: label, title: label, version: '', licence: '' })
  const problem = (code: string, message: string, line: number): void =>
    sink.problem({ code, severity: 'warning', message, file: path, line })
  const seen = new Set<string>()
  for await (const { cells, line } of tableRows(path, layout, (n) => sink.advance(n))) {
    const row: Row = (column) => cells[layout.columns[column] ?? -1] ?? ''
    const draft = draftOf(row, {
      label,
      isFirst: !seen.has(row('id')),
      problem: (code, message) => problem(code, message, line),
    })
    if (!draft) continue
    seen.add(row('id'))
    sink.concept(draft)
  }
}

interface RowContext {
  readonly label: string
  readonly isFirst: boolean
  readonly problem: (code: string, message: string) => void
}

function draftOf(row: Row, context: RowContext): ConceptDraft | undefined {
  const id = normalisedId(row('id'))
  const name = nameOf(row, context)
  if (id === '' || /\s/.test(id) || name.text === '') {
    context.problem(
      'kb-bad-row',
      `The row has ${id === '' ? 'no id' : name.text === '' ? 'no name' : `a blank in its id "${id}"`} and was left out.`,
    )
    return undefined
  }
  const { types, groups } = typesOf(row, context)
  const definition = cleaned(row('definition'))
  return {
    id,
    names: [name],
    types,
    groups,
    parents: values(row('parents')).map(normalisedId),
    xrefs: values(row('alt_ids')).map(normalisedId),
    definitions: definition === '' ? [] : [{ source: name.source, text: definition }],
  }
}

function nameOf(row: Row, { label, isFirst, problem }: RowContext): Name {
  const written = row('kind').toLowerCase()
  const kind = written === '' ? (isFirst ? 'preferred' : 'synonym') : KINDS[written]
  if (!kind)
    problem(
      'kb-unknown-kind',
      `The kind "${written}" is none of ${Object.keys(KINDS).join(', ')}; taken for a synonym.`,
    )
  return { text: cleaned(row('name')), kind: kind ?? 'synonym', source: row('source') || label, count: 0 }
}

function typesOf(row: Row, { problem }: RowContext): { types: string[]; groups: string[] } {
  const types: string[] = []
  const groups: string[] = []
  for (const value of [...values(row('type')), ...values(row('group'))]) {
    const tui = tuiOf(value)
    if (tui) types.push(tui)
    else if (isSemanticGroup(value.toUpperCase())) groups.push(value.toUpperCase())
    else
      problem(
        'kb-unknown-type',
        `"${value}" is neither a semantic type (T047, Disease or Syndrome) nor a group (DISO); left out.`,
      )
  }
  return { types, groups }
}
