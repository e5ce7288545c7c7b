import type { SyntaxNode } from '@lezer/common'
import type { PassageKind } from '../../core/index.ts'
import type { Block } from '../block.ts'
import { writeInline, type InlineContext, type TreeSpan } from './inline.ts'

const CAPTION = /^\s*(?:Table|Figure)?:\s+/
const DEFINITION = /\n {0,3}[:~][ \t]+/g

/**
 * The blocks of a paragraph: itself, or a term and its definitions (`Term ⏎ :   what it is`), or a caption
 * (`Table: Doses. {#tbl:doses}`).
 */
export function paragraphBlocks(
  node: SyntaxNode,
  context: InlineContext,
  kind: PassageKind,
): readonly Block[] {
  const from = node.from - context.base
  const source = context.source.slice(from, node.to - context.base)
  const caption = kind === 'paragraph' ? CAPTION.exec(source) : null
  const parts: TreeSpan[] = []
  let start = node.from + (caption?.[0].length ?? 0)
  for (const definition of source.matchAll(DEFINITION)) {
    if (definition.index < start - node.from) continue
    parts.push({ from: start, to: node.from + definition.index })
    start = node.from + definition.index + definition[0].length
  }
  parts.push({ from: start, to: node.to })
  return parts.flatMap((part) => {
    const prose = writeInline(node, context, part)
    return prose.text === '' ? [] : [{ ...prose, kind: caption ? 'caption' : kind }]
  })
}
