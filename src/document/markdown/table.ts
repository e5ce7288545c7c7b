import type { SyntaxNode } from '@lezer/common'
import type { Block } from '../block.ts'
import { rowBlock } from '../rows.ts'
import { writeInline, type InlineContext } from './inline.ts'

/** The rows of a GFM table, the header too. */
export function tableBlocks(table: SyntaxNode, context: InlineContext): readonly Block[] {
  const rows = [...table.getChildren('TableHeader'), ...table.getChildren('TableRow')]
  return rows.flatMap(
    (row) => rowBlock(row.getChildren('TableCell').map((cell) => writeInline(cell, context))) ?? [],
  )
}
