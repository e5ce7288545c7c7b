import { createMask } from '../mask.ts'
import { rowBlock } from '../rows.ts'
import { report, reportUnclosed } from './problems.ts'
import type { Frame, ScanState, Sink } from './state.ts'

/** Deeper nesting than any author's: what opens below is read as if it had no end. */
const MAX_FRAMES = 500

/** The sink for a paragraph where the scan stands: in a list, in a quotation, in an abstract. */
export function newSink({ source, frames }: Pick<ScanState, 'source' | 'frames'>): Sink {
  const within = frames.findLast(
    (f) => f.environmentKind === 'list' || f.environmentKind === 'quote',
  )?.environmentKind
  const kind = within === 'list' || within === 'quote' ? within : 'paragraph'
  const sectionKind = frames.findLast((f) => f.sectionKind)?.sectionKind
  return { mask: createMask(source), kind, ...(sectionKind && { sectionKind }) }
}

/** Whether what is collected goes back to another sink when a frame closes. */
export function isAside({ frames }: ScanState): boolean {
  return frames.some((f) => f.outer)
}

/** Ends the paragraph, or the broken heading, that is being collected. A table cell goes on. */
export function endParagraph(scan: ScanState): void {
  const { sink, source, at } = scan
  if (sink.cells) return sink.mask.blank(at, Math.min(at + 1, source.length))
  flush(scan)
  if (sink.kind === 'heading' || sink.kind === 'title') closeToSink(scan)
  else scan.sink = isAside(scan) ? { ...sink, mask: createMask(source) } : newSink(scan)
}

/** Makes a block of what was collected. */
function flush({ blocks, inPreamble, sink: { mask, kind, rank, sectionKind } }: ScanState): void {
  if (inPreamble && kind !== 'title' && sectionKind !== 'abstract') return
  const prose = mask.finish()
  if (prose.text === '') return
  blocks.push({ ...prose, kind, ...(rank !== undefined && { rank }), ...(sectionKind && { sectionKind }) })
}

/** Closes all frames up to the one that holds a sink to go back to: that of a heading whose brace was never closed. */
function closeToSink(scan: ScanState): void {
  for (let frame = scan.frames.pop(); frame; frame = scan.frames.pop()) {
    reportUnclosed(scan, frame)
    if (!frame.outer) continue
    scan.sink = frame.outer
    return
  }
  scan.sink = newSink(scan)
}

/** Collects the argument that begins behind `from` as a block of its own. Returns whether there is one. */
export function openSink(scan: ScanState, from: number, what: Omit<Sink, 'mask'>): boolean {
  const brace = scan.read.match(/\s*(?:\[(?:[^[\]{}]|\{[^{}]*\})*\]\s*)*\{/y, from)
  if (!brace || /\n[ \t]*\n/.test(brace.text)) return false
  if (what.kind !== 'footnote' && !scan.sink.cells) {
    leaveAsides(scan)
    endParagraph(scan)
  }
  pushFrame(scan, { at: brace.end - 1, outer: scan.sink }, brace.end)
  scan.sink = { mask: createMask(scan.source), ...what }
  return true
}

/** A new heading or caption inside an unclosed note or caption: close that first. */
function leaveAsides(scan: ScanState): void {
  if (!['footnote', 'caption', 'heading', 'title'].includes(scan.sink.kind)) return
  flush(scan)
  closeToSink(scan)
}

/** Opens a brace or environment; its content begins at `next`. */
export function pushFrame(scan: ScanState, frame: Frame, next: number): void {
  if (scan.frames.length < MAX_FRAMES) scan.frames.push(frame)
  scan.at = next
}

/** `}`: closes the brace that is open. */
export function closeBrace(scan: ScanState): void {
  const { at, frames } = scan
  const top = frames.at(-1)
  if (top && top.environment === undefined) {
    frames.pop()
    closeFrame(scan, top)
  } else {
    report(
      scan,
      'latex-unmatched-brace',
      { start: at, end: at + 1 },
      'This } closes nothing that is open here. Remove it, or open it with {.',
    )
  }
  scan.at++
}

/** What the end of a frame, taken from the stack before, means for what is collected. */
export function closeFrame(scan: ScanState, { outer }: Frame): void {
  if (!outer) return
  if (scan.sink.cells) endRow(scan)
  else flush(scan)
  scan.sink = outer
}

/** `&` in a table. */
export function endCell(scan: ScanState): void {
  const { sink, source } = scan
  sink.cells?.push(sink.mask.finish())
  scan.sink = { ...sink, mask: createMask(source) }
  scan.at++
}

/** `\\` in a table, or its end. */
export function endRow(scan: ScanState): void {
  const { sink, source, blocks, inPreamble } = scan
  const row = rowBlock([...(sink.cells ?? []), sink.mask.finish()])
  if (row && !inPreamble) blocks.push(row)
  scan.sink = { ...sink, mask: createMask(source), cells: [] }
}
