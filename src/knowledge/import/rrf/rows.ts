import type { Readable } from 'node:stream'
import type { Columns } from './columns.ts'

const BAR = 124
const NEWLINE = 10
const RETURN = 13

/** The row that stands under the reading head; good only until the next. */
export interface Row {
  /** From 1. */
  readonly line: number
  /** A column of codes and labels, byte by byte; empty when the file lacks it. */
  code(column: number): string
  /** A column of words in UTF-8. */
  text(column: number): string
  /** A concept's number: the digits of its identifier; -1 when it is none. */
  conceptNumber(column: number): number
}

/**
 * Takes the rows of a file one by one: columns between bars, each ended by one, lines ended by LF or CRLF. Rows with too
 * few columns go to `bad`.
 */
export async function eachRow(
  stream: Readable,
  columns: Columns,
  take: { readonly row: (row: Row) => void; readonly bad: (line: number, reason: string) => void },
): Promise<void> {
  const scanner = new Scanner(columns.n, take)
  for await (const chunk of stream as AsyncIterable<Buffer>) scanner.chunk(chunk)
  scanner.end()
}

class Scanner implements Row {
  line = 0
  readonly #starts: Int32Array
  readonly #nColumns: number
  readonly #last: string[] = []
  readonly #take: Parameters<typeof eachRow>[2]
  #buffer: Buffer = Buffer.alloc(0)

  constructor(nColumns: number, take: Parameters<typeof eachRow>[2]) {
    this.#nColumns = nColumns
    this.#starts = new Int32Array(nColumns + 1)
    this.#take = take
  }

  chunk(chunk: Buffer): void {
    let at = 0
    if (this.#buffer.length > 0) {
      const end = chunk.indexOf(NEWLINE)
      if (end < 0) {
        this.#buffer = Buffer.concat([this.#buffer, chunk])
        return
      }
      this.#buffer = Buffer.concat([this.#buffer, chunk.subarray(0, end + 1)])
      this.#rowAt(0, this.#buffer.length - 1)
      at = end + 1
    }
    this.#buffer = chunk
    for (let end = chunk.indexOf(NEWLINE, at); end >= 0; end = chunk.indexOf(NEWLINE, at)) {
      this.#rowAt(at, end)
      at = end + 1
    }
    this.#buffer = Buffer.from(chunk.subarray(at))
  }

  end(): void {
    if (this.#buffer.length > 0) this.#rowAt(0, this.#buffer.length)
  }

  code(column: number): string {
    if (column < 0) return ''
    const start = this.#starts[column]!
    const end = this.#starts[column + 1]! - 1
    // Most codes are those of the row before.
    const last = this.#last[column] ?? ''
    if (last.length === end - start) {
      let i = 0
      while (i < last.length && this.#buffer[start + i] === last.charCodeAt(i)) i += 1
      if (i === last.length) return last
    }
    return (this.#last[column] = this.#buffer.toString('latin1', start, end))
  }

  text(column: number): string {
    if (column < 0) return ''
    return this.#buffer.toString('utf8', this.#starts[column], this.#starts[column + 1]! - 1)
  }

  conceptNumber(column: number): number {
    const end = this.#starts[column + 1]! - 1
    let at = this.#starts[column]!
    if (this.#buffer[at] === 67) at += 1
    if (at >= end || end - at > 9) return -1
    let number = 0
    for (; at < end; at += 1) {
      const digit = this.#buffer[at]! - 48
      if (digit < 0 || digit > 9) return -1
      number = number * 10 + digit
    }
    return number
  }

  #rowAt(first: number, lineEnd: number): void {
    this.line += 1
    const buffer = this.#buffer
    const end = lineEnd > first && buffer[lineEnd - 1] === RETURN ? lineEnd - 1 : lineEnd
    if (end === first) return
    let n = 0
    this.#starts[0] = first === 0 && this.line === 1 ? afterMark(buffer) : first
    for (let at = first; at < end && n < this.#nColumns; at += 1)
      if (buffer[at] === BAR) this.#starts[++n] = at + 1
    if (n < this.#nColumns && buffer[end - 1] !== BAR) this.#starts[++n] = end + 1
    if (n < this.#nColumns)
      this.#take.bad(this.line, `it has ${String(n)} columns instead of ${String(this.#nColumns)}`)
    else this.#take.row(this)
  }
}

/** Where the text begins: behind a byte order mark, if there is one. */
function afterMark(buffer: Buffer): number {
  return buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf ? 3 : 0
}
