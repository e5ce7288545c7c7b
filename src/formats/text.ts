import { groupBy } from './groupBy.ts'
import { groupLabel } from './semanticGroups.ts'
import type { LinkRow } from './rows.ts'

export interface TextTableOptions {
  /** Terminal columns; longer cells are cut with an ellipsis. 100 by default. */
  readonly width?: number
  /** Whether to colour with ANSI escapes. */
  readonly colour?: boolean
  /** One row per concept with its lines (default), or one row per link in reading order. */
  readonly by?: 'concept' | 'mention'
}

interface Column {
  readonly title: string
  readonly align: 'left' | 'right'
  /** Share of the room that is left; 0 for a column that is never cut. */
  readonly stretch: number
}

const COLUMNS: readonly Column[] = [
  { title: 'MENTION', align: 'left', stretch: 3 },
  { title: 'ID', align: 'left', stretch: 0 },
  { title: 'NAME', align: 'left', stretch: 4 },
  { title: 'TYPE', align: 'left', stretch: 2 },
  { title: 'PROB', align: 'right', stretch: 0 },
  { title: 'LINE', align: 'left', stretch: 1 },
]

const GAP = 2
const MIN_STRETCHED = 6

/** Writes links as a table for the terminal, file by file: mention, id, name, type, probability, lines. */
export function writeText(rows: readonly LinkRow[], options: TextTableOptions = {}): string {
  const { width = 100, colour = false, by = 'concept' } = options
  const files = groupBy(rows, ({ file }) => file)
  const tables = [...files].map(([file, ofFile]) => {
    const cells = by === 'concept' ? conceptCells(ofFile) : ofFile.map((row) => cellsOf([row]))
    const title = `${file}: ${count(ofFile.length, 'link')}, ${count(nConcepts(ofFile), 'concept')}`
    return [paint(title, BOLD, colour), ...tableLines(cells, width, colour)].join('\n')
  })
  return tables.length === 0 ? 'No concepts were linked.\n' : tables.join('\n\n') + '\n'
}

function nConcepts(rows: readonly LinkRow[]): number {
  return new Set(rows.map(({ concept }) => concept?.id).filter((id) => id !== undefined)).size
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}

/** One row of cells per concept, in the order of first mention. */
function conceptCells(rows: readonly LinkRow[]): Cells[] {
  const concepts = groupBy(
    rows,
    ({ concept, link }) => concept?.id ?? `none ${link.mention.text.toLowerCase()}`,
  )
  return [...concepts.values()].map(cellsOf)
}

interface Cells {
  readonly texts: readonly string[]
  readonly group: string
  readonly probability: number
}

function cellsOf(rows: readonly LinkRow[]): Cells {
  const [first] = rows
  const mentions = groupBy(
    rows.map(({ link }) => oneLine(link.mention.text)),
    (text) => text.toLowerCase(),
  )
  const lines = new Set(rows.flatMap(({ line }) => (line === undefined ? [] : [line])))
  const probability = Math.max(...rows.map(({ link }) => link.probability))
  const group = first?.group ?? ''
  const texts = [
    [...mentions.values()].map(([text]) => text).join(', '),
    first?.concept?.id ?? '–',
    oneLine(first?.concept?.name ?? ''),
    groupLabel(group),
    probability.toFixed(2),
    [...lines].join(', '),
  ]
  return { texts, group, probability }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ')
}

function tableLines(rows: readonly Cells[], width: number, colour: boolean): string[] {
  const titles = COLUMNS.map(({ title }) => title)
  const widths = columnWidths([titles, ...rows.map(({ texts }) => texts)], width)
  const head = paint(lineOf(titles, widths), DIM, colour)
  return [head, ...rows.map((row) => lineOf(row.texts, widths, colour ? row : undefined))]
}

/** Columns as wide as their widest cell; when that is too much, the stretching ones share what is left. */
function columnWidths(rows: readonly (readonly string[])[], width: number): number[] {
  const natural = COLUMNS.map((_, i) => Math.max(...rows.map((cells) => displayWidth(cells[i] ?? ''))))
  const total = (widths: readonly number[]): number =>
    widths.reduce((sum, one) => sum + one, GAP * (widths.length - 1))
  const widths = [...natural]
  for (let excess = total(widths) - width; excess > 0; excess--) {
    const shares = COLUMNS.map(({ stretch }, i) => {
      const one = widths[i] ?? 0
      return stretch === 0 || one <= MIN_STRETCHED ? 0 : one / stretch
    })
    const largest = Math.max(...shares)
    if (largest === 0) break
    const i = shares.indexOf(largest)
    widths[i] = (widths[i] ?? 0) - 1
  }
  return widths
}

function lineOf(texts: readonly string[], widths: readonly number[], colours?: Cells): string {
  const cells = texts.map((text, i) => {
    const cell = cut(text, widths[i] ?? 0)
    const blanks = ' '.repeat(Math.max(0, (widths[i] ?? 0) - displayWidth(cell)))
    const painted = colours === undefined ? cell : paint(cell, codeOf(i, colours), true)
    return COLUMNS[i]?.align === 'right' ? blanks + painted : painted + blanks
  })
  return cells.join(' '.repeat(GAP)).trimEnd()
}

function cut(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  let kept = ''
  for (const character of text) {
    if (displayWidth(kept + character) > width - 1) break
    kept += character
  }
  return kept.trimEnd() + '…'
}

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u

/** Terminal cells: none for combining marks, two for East Asian letters and emoji. */
function displayWidth(text: string): number {
  let width = 0
  for (const character of text) {
    if (!/[\p{M}\u200b-\u200f\ufe0f]/u.test(character)) width += WIDE.test(character) ? 2 : 1
  }
  return width
}

const BOLD = '1'
const DIM = '2'

/** Text colours of the commonest groups; the rest keep the terminal's own. */
const GROUP_COLOURS: Readonly<Record<string, string>> = {
  ANAT: '33',
  CHEM: '32',
  DISO: '31',
  GENE: '34',
  LIVB: '36',
  PROC: '35',
}

function codeOf(column: number, { group, probability }: Cells): string {
  if (column === 0 || column === 3) return GROUP_COLOURS[group] ?? ''
  if (column === 4) return probability < 0.5 ? '33' : ''
  return column === 1 || column === 5 ? DIM : ''
}

function paint(text: string, code: string, colour: boolean): string {
  return colour && code !== '' && text !== '' ? `\u001b[${code}m${text}\u001b[0m` : text
}
