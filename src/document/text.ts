import type { BlockParser, PlacedBlock } from './block.ts'
import { unifyLineEnds } from './lineEnds.ts'
import { createMask } from './mask.ts'

/** Plain text: paragraphs between blank lines; nothing is markup. */
export function createTextParser(): BlockParser {
  return {
    parse(source) {
      const text = unifyLineEnds(source)
      const items: PlacedBlock[] = []
      let start = 0
      for (const gap of text.matchAll(/\n[^\S\n]*(?=\n)/g)) {
        pushParagraph(items, text, { start, end: gap.index })
        start = gap.index
      }
      pushParagraph(items, text, { start, end: text.length })
      return { items, problems: [] }
    },
  }
}

function pushParagraph(
  items: PlacedBlock[],
  text: string,
  { start, end }: { start: number; end: number },
): void {
  const slice = text.slice(start, end)
  const indent = slice.length - slice.trimStart().length
  const mask = createMask(slice)
  mask.keep(indent, slice.length)
  const prose = mask.finish()
  if (prose.text !== '') items.push({ start, block: { ...prose, kind: 'paragraph' } })
}
