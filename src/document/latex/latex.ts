import type { Segment } from '../../core/index.ts'
import type { Block, BlockParser, Inclusion, PlacedBlock } from '../block.ts'
import { unifyLineEnds } from '../lineEnds.ts'
import { scanLatex } from './scanner.ts'
import type { Macros, ScannedBlock } from './state.ts'

const NO_MACROS: Macros = new Map()

/**
 * LaTeX by a scanner of our own. The scan itself is done anew after an edit (milliseconds for a long paper); what costs,
 * cutting and linking, is spared: a block that reads the same as before is the same object as before.
 */
export function createLatexParser(): BlockParser {
  let known: ReadonlyMap<string, readonly Block[]> = new Map()
  return {
    parse(text, macros = NO_MACROS) {
      const scan = scanLatex(unifyLineEnds(text), macros)
      const seen = new Map<string, Block[]>()
      const blocks = scan.blocks.map((scanned): PlacedBlock => {
        const start = scanned.segments[0]?.source.start ?? 0
        return { start, block: intern(moveBlock(scanned, -start), known, seen) }
      })
      known = seen
      const inclusions = scan.inclusions.map((i): Inclusion => ({ ...i, start: i.span.start }))
      const items = [...blocks, ...inclusions].sort((a, b) => a.start - b.start)
      return { items, problems: scan.problems }
    },
  }
}

function moveBlock(block: ScannedBlock, by: number): Block {
  const segments = block.segments.map((segment) => ({
    ...segment,
    source: { start: segment.source.start + by, end: segment.source.end + by },
  }))
  return { ...block, segments }
}

/** The block of the last parse that equals `block`, or `block` itself. */
function intern(
  block: Block,
  known: ReadonlyMap<string, readonly Block[]>,
  seen: Map<string, Block[]>,
): Block {
  const key = `${block.kind} ${block.text}`
  const equal =
    [...(seen.get(key) ?? []), ...(known.get(key) ?? [])].find((b) => sameBlock(b, block)) ?? block
  const list = seen.get(key)
  if (!list) seen.set(key, [equal])
  else if (!list.includes(equal)) list.push(equal)
  return equal
}

function sameBlock(a: Block, b: Block): boolean {
  return (
    a.rank === b.rank &&
    a.sectionKind === b.sectionKind &&
    a.segments.length === b.segments.length &&
    a.segments.every((segment, i) => sameSegment(segment, b.segments[i])) &&
    (a.sentences?.length ?? -1) === (b.sentences?.length ?? -1) &&
    (a.sentences ?? []).every((s, i) => s.start === b.sentences?.[i]?.start && s.end === b.sentences[i].end)
  )
}

function sameSegment(a: Segment, b: Segment | undefined): boolean {
  return (
    a.prose.start === b?.prose.start &&
    a.prose.end === b.prose.end &&
    a.source.start === b.source.start &&
    a.source.end === b.source.end &&
    a.isWhole === b.isWhole
  )
}
