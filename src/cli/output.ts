import { fstatSync, writeSync } from 'node:fs'
import { ConceptLensError } from '../core/index.ts'

/** Results go to stdout. Throws `ConceptLensError` when stdout is a file and the disk is full. */
export function writeOut(text: string): void {
  if (!fstatSync(1).isFile()) {
    process.stdout.write(text)
    return
  }
  // Node's stream takes what a file still took for the whole, so that a full disk would cut results without a word.
  const bytes = Buffer.from(text)
  try {
    for (let done = 0; done < bytes.length;) done += writeSync(1, bytes, done)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ConceptLensError(
      'output-not-written',
      `stdout was not written to its end: ${reason}. Free some space or choose another place with --out.`,
      { cause: error },
    )
  }
}

/** A table with aligned columns; the header only on a terminal, so that scripts can cut columns. */
export function writeTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const shown = process.stdout.isTTY ? [header, ...rows] : rows
  const widths = header.map((_, column) => Math.max(0, ...shown.map((row) => row[column]?.length ?? 0)))
  for (const row of shown) {
    writeOut(
      `${row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()}\n`,
    )
  }
}

/** How wide the terminal is and whether it shows colours (https://no-color.org). */
export function terminalTable(): { width?: number; colour: boolean } {
  const { isTTY, columns } = process.stdout
  return { ...(isTTY ? { width: columns } : {}), colour: isTTY && process.env['NO_COLOR'] === undefined }
}

/** Day of the export in local time, `2026-01-31`. */
export function today(): string {
  const now = new Date()
  const two = (value: number) => String(value).padStart(2, '0')
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`
}
