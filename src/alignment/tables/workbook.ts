import readSheets from 'read-excel-file/universal'
import writeSheet, { type Cell as SheetCell } from 'write-excel-file/universal'
import { ConceptLensError } from '../../core/index.ts'
import { textOf, type Cell, type Table } from './table.ts'

/**
 * Reads the first sheet of an Excel workbook (Office Open XML, `.xlsx`); its first row has the titles.
 * @throws ConceptLensError `alignment-table-unreadable`
 */
export async function readWorkbook(bytes: Uint8Array): Promise<Table> {
  const [titles = [], ...rows] = await firstSheet(bytes)
  const width = titles.findLastIndex((title) => textOf(title).trim() !== '') + 1
  return {
    titles: titles.slice(0, width).map((title) => textOf(title).trim()),
    rows: rows.filter((row) => row.some((cell) => cell !== null)),
  }
}

async function firstSheet(bytes: Uint8Array): Promise<readonly Cell[][]> {
  try {
    const sheets = await readSheets(new Blob([new Uint8Array(bytes)]))
    return (sheets[0]?.data ?? []) as Cell[][]
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ConceptLensError(
      'alignment-table-unreadable',
      `The workbook cannot be read: ${why}. It must be an Excel workbook (.xlsx); save older ones (.xls) as .xlsx or CSV.`,
      { cause },
    )
  }
}

/** Writes a workbook with one sheet, titles in bold and kept in view. Numbers, dates and truth values stay what they are. */
export async function writeWorkbook({ titles, rows }: Table): Promise<Uint8Array> {
  const header = titles.map((title): SheetCell => ({ value: title, fontWeight: 'bold' }))
  const body = rows.map((row) => titles.map((_, column) => sheetCell(row[column] ?? null)))
  const blob = await writeSheet([header, ...body], {
    stickyRowsCount: 1,
    columns: titles.map((title) => ({ width: Math.max(12, title.length + 2) })),
  }).toBlob()
  return new Uint8Array(await blob.arrayBuffer())
}

function sheetCell(cell: Cell): SheetCell {
  if (cell === null || cell === '') return null
  return cell instanceof Date ? { value: cell, type: Date, format: 'yyyy-mm-dd' } : { value: cell }
}
