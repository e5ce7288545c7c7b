import { scanCommand } from './commands.ts'
import { scanDollar } from './mathMode.ts'
import { reportUnclosed } from './problems.ts'
import { closeBrace, endCell, endParagraph, newSink, pushFrame } from './sinks.ts'
import { startScan, type Macros, type Scan, type ScanState } from './state.ts'

/**
 * Reads LaTeX as an author does: prose stays, everything else goes, in one pass over the source. Not TeX: only `macros`
 * are expanded. Whatever is broken costs at most its paragraph, and is reported. Line ends must be `\n`.
 */
export function scanLatex(source: string, macros: Macros): Scan {
  const scan = startScan(source, macros, newSink({ source, frames: [] }))
  while (scan.at < source.length) {
    const special = Math.min(scan.read.nextSpecial(scan.at), scan.labelEnd ?? source.length)
    if (special > scan.at) scan.sink.mask.keep(scan.at, special)
    scan.at = Math.max(scan.at, special)
    if (scan.labelEnd !== undefined && scan.at >= scan.labelEnd) endLabel(scan)
    else if (scan.at < source.length) scanSpecial(scan)
  }
  endParagraph(scan)
  for (const frame of scan.frames.toReversed()) reportUnclosed(scan, frame)
  const { blocks, inclusions, problems } = scan
  problems.sort((a, b) => (a.span?.start ?? 0) - (b.span?.start ?? 0))
  return { blocks, inclusions, problems }
}

/** The label's `]` parts it from the item. */
function endLabel(scan: ScanState): void {
  const isReached = scan.at === scan.labelEnd
  scan.labelEnd = undefined
  if (isReached) scan.sink.mask.blank(scan.at, ++scan.at)
}

/** What stands at a sign that is not plain text. */
function scanSpecial(scan: ScanState): void {
  const { source, read, sink } = scan
  switch (source.charAt(scan.at)) {
    case '\\':
      return scanCommand(scan)
    case '\n':
      return scanLineEnd(scan)
    case '%':
      return scanComment(scan)
    case '{':
      return pushFrame(scan, { at: scan.at }, scan.at + 1)
    case '}':
      return closeBrace(scan)
    case '$':
      return scanDollar(scan)
    case '~':
      return sink.mask.blank(scan.at, ++scan.at)
    case '&':
      return sink.cells ? endCell(scan) : keepSign(scan)
    case '#':
      scan.at = read.match(/#+\d?/y, scan.at)?.end ?? scan.at + 1
      return
    default:
      return scanLigature(scan)
  }
}

function keepSign(scan: ScanState): void {
  scan.sink.mask.keep(scan.at, ++scan.at)
}

function scanLineEnd(scan: ScanState): void {
  const gap = scan.read.match(/\n(?:[ \t]*\n)+/y, scan.at)
  if (!gap) return keepSign(scan)
  endParagraph(scan)
  scan.at = gap.end
}

function scanComment(scan: ScanState): void {
  const { source, read } = scan
  scan.at = read.match(/%[^\n]*(?:\n[ \t]*)?/y, scan.at)?.end ?? source.length
  if (source[scan.at] === '\n') endParagraph(scan)
}

const LIGATURES: Readonly<Record<string, string>> = {
  '--': '–',
  '---': '—',
  "''": '”',
  '``': '“',
  '`': "'",
}

function scanLigature(scan: ScanState): void {
  const run = scan.read.match(/---?|''|``|`/y, scan.at)
  if (!run) return keepSign(scan)
  scan.sink.mask.replace(scan.at, run.end, LIGATURES[run.text] ?? run.text)
  scan.at = run.end
}
