/** Results go to stdout. */
export function writeOut(text: string): void {
  process.stdout.write(text)
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
