import { createMask } from '../mask.ts'
import { sectionKindOf } from '../sections.ts'
import { report, reportUnclosed } from './problems.ts'
import { closeFrame, endParagraph, isAside, newSink, pushFrame } from './sinks.ts'
import type { Frame, ScanState } from './state.ts'
import { environmentKind, takesArguments } from './vocabulary.ts'

/** `\begin{…}` and `\end{…}`. */
export function scanEnvironment(scan: ScanState, command: 'begin' | 'end'): void {
  const match = scan.read.match(/\\(?:begin|end)[ \t]*\{([^{}\n\\]{0,60})\}/y, scan.at)
  if (!match) {
    scan.at += command.length + 1
    return
  }
  const name = (match.groups[0] ?? '').trim()
  if (command === 'begin') begin(scan, name, match.end)
  else end(scan, name, match.end)
}

function begin(scan: ScanState, name: string, next: number): void {
  const kind = environmentKind(name)
  if (kind === 'document') return beginDocument(scan, next)
  if (kind === 'hidden' || kind === 'math') return skip(scan, { name, kind }, next)
  const { read, at, sink } = scan
  if (!sink.cells) endParagraph(scan)
  const options = read.match(/(?:\[[^\]]*\])+/y, next)?.end ?? next
  const start = takesArguments(name) ? read.skipArguments(options, 3).end : options
  const sectionKind = sectionKindOf(name.replace(/\*$/, ''))
  const frame: Frame = { at, environment: name, environmentKind: kind, ...(sectionKind && { sectionKind }) }
  if (kind === 'table') {
    pushFrame(scan, { ...frame, outer: scan.sink }, start)
    scan.sink = { mask: createMask(scan.source), kind: 'table', cells: [] }
  } else {
    pushFrame(scan, frame, start)
    renewSink(scan)
  }
}

/** What the preamble opened does not matter any more. */
function beginDocument(scan: ScanState, next: number): void {
  endParagraph(scan)
  scan.frames.length = 0
  scan.inPreamble = false
  scan.sink = newSink(scan)
  scan.at = next
}

/** Code ends the paragraph, math stands in it; nothing of either is read. */
function skip(
  scan: ScanState,
  { name, kind }: { name: string; kind: 'hidden' | 'math' },
  next: number,
): void {
  const close = scan.read.findAfter(`\\end{${name}}`, next)
  if (close === undefined) reportUnclosed(scan, { at: scan.at, environment: name })
  if (kind === 'hidden') endParagraph(scan)
  else scan.sink.mask.drop()
  scan.at = close ?? scan.read.paragraphEnd(next)
}

function end(scan: ScanState, name: string, next: number): void {
  if (environmentKind(name) === 'document') {
    endParagraph(scan)
    scan.at = scan.source.length
    return
  }
  const open = scan.frames.findLastIndex((f) => f.environment === name)
  if (open < 0) reportUnmatched(scan, name, next)
  else closeEnvironment(scan, open)
  scan.at = next
}

/** Closes the environment that is frame `open`, and before it what was left open inside. */
function closeEnvironment(scan: ScanState, open: number): void {
  const inside = scan.frames.splice(open + 1).reverse()
  for (const frame of inside) {
    reportUnclosed(scan, frame)
    closeFrame(scan, frame)
  }
  if (!scan.sink.cells) endParagraph(scan)
  const frame = scan.frames.pop()
  if (frame) closeFrame(scan, frame)
  renewSink(scan)
}

/** The sink for what stands in another environment now, unless it is a table's or a note's. */
function renewSink(scan: ScanState): void {
  if (!scan.sink.cells && !isAside(scan)) scan.sink = newSink(scan)
}

function reportUnmatched(scan: ScanState, name: string, next: number): void {
  report(
    scan,
    'latex-unmatched-end',
    { start: scan.at, end: next },
    `\\end{${name}} ends nothing that is open here. Remove it, or begin it with \\begin{${name}}.`,
  )
}
