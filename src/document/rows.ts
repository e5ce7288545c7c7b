import type { Segment } from '../core/index.ts'
import type { Block } from './block.ts'
import type { Prose } from './mask.ts'
import { wholeSegment } from './segment.ts'

const SEPARATOR = ' | '

/**
 * A row of a table as one block: cells joined by ` | `, empty cells left out, each cell a sentence. The row keeps a cell's
 * context (what was measured beside its value), and cells as sentences keep mentions from running over a border.
 * `undefined` when all cells are empty.
 */
export function rowBlock(cells: readonly Prose[]): Block | undefined {
  let text = ''
  const segments: Segment[] = []
  const sentences: { start: number; end: number }[] = []
  for (const cell of cells) {
    const last = segments[segments.length - 1]
    const first = cell.segments[0]
    if (!first) continue
    if (last) {
      const prose = { start: text.length, end: text.length + SEPARATOR.length }
      segments.push(wholeSegment({ prose, source: { start: last.source.end, end: first.source.start } }))
      text += SEPARATOR
    }
    const offset = text.length
    for (const segment of cell.segments) {
      const { prose } = segment
      segments.push({ ...segment, prose: { start: prose.start + offset, end: prose.end + offset } })
    }
    text += cell.text
    sentences.push({ start: offset, end: text.length })
  }
  return text === '' ? undefined : { text, segments, sentences, kind: 'table' }
}

/** Blocks in the order of their source: a note after the paragraph it stands in. */
export function sortBlocks(blocks: readonly Block[]): readonly Block[] {
  const startOf = (block: Block): number => block.segments[0]?.source.start ?? 0
  return [...blocks].sort((a, b) => startOf(a) - startOf(b))
}
