import { writeInlineMath } from '../math.ts'
import { report } from './problems.ts'
import type { ScanState } from './state.ts'

/** `$…$` and `$$…$$`. */
export function scanDollar(scan: ScanState): void {
  const mark = scan.source.startsWith('$$', scan.at) ? '$$' : '$'
  scanMath(scan, mark, mark)
}

/** Math between `open` and `close`. What is prose in disguise (`$\alpha$`) stays, when the math is inline. */
export function scanMath(scan: ScanState, open: '$' | '$$' | '\\(' | '\\[', close: string): void {
  const { source, read, sink, at } = scan
  const start = at + open.length
  const end = read.findInParagraph(close, start)
  if (end === undefined) {
    report(
      scan,
      'latex-unclosed-math',
      { start: at, end: start },
      `The math opened by ${open} is not closed in its paragraph. Close it with ${close}.`,
    )
    scan.at = start
    return
  }
  const isInline = open === '$' || open === '\\('
  if (!isInline || !writeInlineMath(source, { start, end }, sink.mask)) sink.mask.drop()
  scan.at = end + close.length
}

/** `\ensuremath{…}`: inline math wherever it stands. Returns whether it is closed. */
export function scanEnsureMath(scan: ScanState, nameEnd: number): boolean {
  const { source, read, sink } = scan
  const { end, unclosed } = read.skipArguments(nameEnd, 1)
  if (source[nameEnd] !== '{' || unclosed !== undefined) return false
  if (!writeInlineMath(source, { start: nameEnd + 1, end: end - 1 }, sink.mask)) sink.mask.drop()
  scan.at = end
  return true
}
