import type { SyntaxNode } from '@lezer/common'
import { decodeHTMLStrict } from 'entities/decode'
import type { Block } from '../block.ts'
import { createMask, type Mask, type Prose } from '../mask.ts'
import { writeInlineMath } from '../math.ts'

/** What the inline content of one top-level node is read with. */
export interface InlineContext {
  /** The source of the top-level node. */
  readonly source: string
  /** Where that source begins in the tree. */
  readonly base: number
  /** Takes captions and notes that stand inside other text. */
  readonly blocks: Block[]
}

/** A part of a node, by positions in the tree; what stands outside is not written. */
export interface TreeSpan {
  readonly from: number
  readonly to: number
}

/** The prose of a node's inline content (of the part in `within`, when given). Captions of images and inline notes become blocks. */
export function writeInline(node: SyntaxNode, context: InlineContext, within: TreeSpan = node): Prose {
  const mask = createMask(context.source)
  writeChildren(node, { context, mask, within, depth: 0 })
  return mask.finish()
}

interface Writing {
  readonly context: InlineContext
  readonly mask: Mask
  readonly within: TreeSpan
  readonly depth: number
}

// Markup inside other nodes: nothing is read aloud, and the words around stay joined.
const SILENT = new Set(
  (
    'HeaderMark EmphasisMark StrikethroughMark SubscriptMark SuperscriptMark LinkMark CodeMark QuoteMark ListMark TaskMarker ' +
    'LinkTitle LinkLabel TableDelimiter FootnoteLabel FootnoteReference'
  ).split(' '),
)
// Tags that leave the words around them joined; others, as <br> and <td>, part them.
const JOINING_TAG =
  /^<\/?(?:a|abbr|b|bdi|bdo|cite|code|del|dfn|em|font|i|ins|kbd|mark|q|s|samp|small|span|strong|sub|sup|tt|u|var|wbr)\b/i
const MAX_DEPTH = 100

function writeChildren(node: SyntaxNode, writing: Writing): void {
  const { within } = writing
  let at = Math.max(node.from, within.from)
  if (writing.depth <= MAX_DEPTH) {
    for (let child = node.firstChild; child; child = child.nextSibling) {
      if (child.to <= within.from) continue
      if (child.from >= within.to) break
      writeText(at, child.from, writing)
      writeNode(child, writing)
      at = child.to
    }
  }
  writeText(at, Math.min(node.to, within.to), writing)
}

/** Stands for every unit of a comment in the source that is read. A private-use character, so that no markup begins with it. */
export const COMMENT_FILL = '\uE000'
const SPECIAL = /(?<!-)--(-?)(?!-)|\uE000+/g

/** Source text as it stands, without comments and with Pandoc's dashes. */
function writeText(from: number, to: number, { context, mask }: Writing): void {
  if (from >= to) return
  const start = from - context.base
  const text = context.source.slice(start, to - context.base)
  let done = start
  for (const special of text.matchAll(SPECIAL)) {
    const at = start + special.index
    const end = at + special[0].length
    mask.keep(done, at)
    if (special[0].startsWith(COMMENT_FILL)) mask.drop()
    else mask.replace(at, end, special[1] ? '—' : '–')
    done = end
  }
  mask.keep(done, start + text.length)
}

function writeNode(node: SyntaxNode, writing: Writing): void {
  const { context, mask } = writing
  const from = node.from - context.base
  const to = node.to - context.base
  const source = context.source.slice(from, to)
  switch (node.name) {
    case 'Emphasis':
    case 'StrongEmphasis':
    case 'Strikethrough':
    case 'Subscript':
    case 'Superscript':
      return writeChildren(node, { ...writing, depth: writing.depth + 1 })
    case 'Link':
      return writeLink(node, writing)
    case 'Image':
      return writeAside(node, writing, 'caption')
    case 'InlineFootnote':
      return writeAside(node, writing, 'footnote')
    case 'Escape':
      return mask.keep(from + 1, to)
    case 'Entity':
      return writeEntity(from, to, mask, source)
    case 'HardBreak':
      return mask.blank(from, to)
    case 'HTMLTag':
      return JOINING_TAG.test(source) ? undefined : mask.blank(from, to)
    case 'Math':
    case 'TexMath': {
      const marks = source.startsWith('$') && !source.startsWith('$$') ? 1 : 2
      const content = { start: from + marks, end: to - marks }
      const isInline = !source.startsWith('$$') && !source.startsWith('\\[')
      if (!isInline || !writeInlineMath(context.source, content, mask)) mask.drop()
      return
    }
    default:
      if (!SILENT.has(node.name)) mask.drop()
  }
}

/** Links with a target or attributes lose their brackets; `[18F]` alone is the author's own bracket, as reference definitions elsewhere must not matter. */
function writeLink(node: SyntaxNode, writing: Writing): void {
  const { context, mask } = writing
  const marks = node.getChildren('LinkMark')
  const isShortcut =
    marks.length === 2 && !node.getChild('LinkLabel') && context.source[node.to - context.base] !== '{'
  const [open, close] = marks
  const below = { ...writing, depth: writing.depth + 1 }
  if (isShortcut) mask.keep(node.from - context.base, node.from + 1 - context.base)
  if (open && close) writeChildren(node, { ...below, within: { from: open.to, to: close.from } })
  if (isShortcut) mask.keep(node.to - 1 - context.base, node.to - context.base)
}

function writeAside(node: SyntaxNode, writing: Writing, kind: 'caption' | 'footnote'): void {
  const { context, mask } = writing
  const [open, close] = node.getChildren('LinkMark')
  const within =
    kind === 'caption'
      ? { from: open?.to ?? node.from, to: close?.from ?? node.to }
      : { from: node.from + 2, to: node.to - 1 }
  const aside = createMask(context.source)
  writeChildren(node, { context, mask: aside, within, depth: writing.depth + 1 })
  const prose = aside.finish()
  if (prose.text !== '') context.blocks.push({ ...prose, kind })
  mask.drop()
}

function writeEntity(from: number, to: number, mask: Mask, source: string): void {
  const text = decodeHTMLStrict(source)
  if (/^\s*$/.test(text)) mask.blank(from, to)
  else if (text === source) mask.keep(from, to)
  else mask.replace(from, to, text.replace(/\p{Cc}|\p{Cs}/gu, '\uFFFD'))
}
