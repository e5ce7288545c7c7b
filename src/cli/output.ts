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
