import { TreeFragment, type SyntaxNode, type Tree } from '@lezer/common'
import type { PassageKind, Problem, Span } from '../../core/index.ts'
import type { Block, BlockParser, PlacedBlock } from '../block.ts'
import { unifyLineEnds } from '../lineEnds.ts'
import { sortBlocks } from '../rows.ts'
import { findFrontMatter, parseFrontMatter } from './frontMatter.ts'
import { grammar } from './grammar.ts'
import { COMMENT_FILL, writeInline, type InlineContext } from './inline.ts'
import { paragraphBlocks } from './paragraph.ts'
import { tableBlocks } from './table.ts'

/** What one top-level node of the tree holds; positions count from the node's start. */
interface Chunk {
  readonly blocks: readonly Block[]
  readonly problems: readonly Problem[]
}

interface State {
  readonly seen: string
  readonly fragments: readonly TreeFragment[]
  readonly chunks: ReadonlyMap<string, Chunk>
}

/**
 * Markdown by `@lezer/markdown`. Incremental twice over: Lezer reuses the tree around an edit, and blocks whose source
 * is the same as before are kept. A block depends on its own source only, so that both ways give the same.
 */
export function createMarkdownParser(): BlockParser {
  let state: State = { seen: '', fragments: [], chunks: new Map() }
  return {
    parse(text) {
      const front = findFrontMatter(text)
      const body = prepare(text.slice(front.end))
      const seen = smooth(body)
      const tree = parseTree(seen, state)
      const chunks = new Map<string, Chunk>()
      const file = readChunks({ tree, body, known: state.chunks, chunks })
      state = { seen, fragments: TreeFragment.addTree(tree), chunks }
      return {
        items: [
          ...parseFrontMatter(text, front),
          ...file.items.map((item) => ({ ...item, start: item.start + front.end })),
        ],
        problems: file.problems.map((p) => moveProblem(p, front.end)),
      }
    },
  }
}

/**
 * The text that blocks are read from, of the same length so that positions hold: with `\n` as line end, and comments as
 * runs of {@link COMMENT_FILL}, so that a comment between the lines of a paragraph does not end it (as in Pandoc).
 */
function prepare(source: string): string {
  const lines = unifyLineEnds(source)
  let text = ''
  let done = 0
  for (const { start, end } of findComments(lines)) {
    text += lines.slice(done, start) + COMMENT_FILL.repeat(end - start)
    done = end
  }
  return done === 0 ? lines : text + lines.slice(done)
}

const FENCE = /\n[ \t]*(?:```|~~~)/g

/** Closed comments; not one shown in inline code, nor one that would swallow the fence of a code block. */
function findComments(text: string): readonly Span[] {
  const comments: Span[] = []
  let fence = -1
  for (let start = text.indexOf('<!--'); start >= 0;) {
    const end = text.indexOf('-->', start + 4) + 3
    if (end < 3) break
    if (fence < start) {
      FENCE.lastIndex = start
      fence = FENCE.exec(text)?.index ?? text.length
    }
    const isComment = text[start - 1] !== '`' && end <= fence
    if (isComment) comments.push({ start, end })
    start = text.indexOf('<!--', isComment ? end : start + 4)
  }
  return comments
}

// A backslash that breaks the line, before a blank that stands for a CR.
const BACKSLASH_BREAK = /(?<!\\)((?:\\\\)*)\\ (?=\n)/g
// The line under a table's header, with blanks behind it that Lezer does not expect.
const DELIMITER_ROW = /^([> \t]*(?=[|:-])\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*)\|([ \t]+)$/gm

/** The text as Lezer shall see it: blanks where it trips over blanks. Changes each line by itself, so that equal blocks stay equal. */
function smooth(body: string): string {
  const text = body.includes('\\ \n') ? body.replace(BACKSLASH_BREAK, '$1  ') : body
  return text.includes('|') ? text.replace(DELIMITER_ROW, '$1$2|') : text
}

function parseTree(body: string, { seen: before, fragments }: State): Tree {
  if (fragments.length === 0) return grammar.parse(body)
  const longest = Math.min(before.length, body.length)
  let head = 0
  while (head < longest && before.charCodeAt(head) === body.charCodeAt(head)) head++
  let tail = 0
  while (
    tail < longest - head &&
    before.charCodeAt(before.length - 1 - tail) === body.charCodeAt(body.length - 1 - tail)
  )
    tail++
  // To the line's end: an indented code block begins behind its indent, and would be kept when only that is taken away.
  const lineEnd = body.indexOf('\n', body.length - tail)
  const end = lineEnd < 0 ? body.length : lineEnd
  const change = { fromA: head, toA: end + before.length - body.length, fromB: head, toB: end }
  return grammar.parse(body, TreeFragment.applyChanges(fragments, [change]))
}

interface Reading {
  readonly tree: Tree
  readonly body: string
  readonly known: ReadonlyMap<string, Chunk>
  readonly chunks: Map<string, Chunk>
}

function readChunks({ tree, body, known, chunks }: Reading): { items: PlacedBlock[]; problems: Problem[] } {
  const items: PlacedBlock[] = []
  const problems: Problem[] = []
  for (let node = tree.topNode.firstChild; node; node = node.nextSibling) {
    const source = body.slice(node.from, node.to)
    const key = `${node.name}\n${source}`
    const chunk = chunks.get(key) ?? known.get(key) ?? readChunk(node, source)
    chunks.set(key, chunk)
    for (const block of chunk.blocks) items.push({ start: node.from, block })
    for (const problem of chunk.problems) problems.push(moveProblem(problem, node.from))
  }
  return { items, problems }
}

function moveProblem(problem: Problem, by: number): Problem {
  const { span } = problem
  return span ? { ...problem, span: { start: span.start + by, end: span.end + by } } : problem
}

function readChunk(node: SyntaxNode, source: string): Chunk {
  const context: BlockReading = {
    source,
    base: node.from,
    blocks: [],
    problems: [],
    kind: 'paragraph',
    depth: 0,
  }
  readBlock(node, context)
  return { blocks: sortBlocks(context.blocks), problems: context.problems }
}

interface BlockReading extends InlineContext {
  readonly problems: Problem[]
  readonly kind: PassageKind
  readonly depth: number
}

/** Deeper nesting than any author's: what lies below is left out. */
const MAX_DEPTH = 60

function readBlock(node: SyntaxNode, context: BlockReading): void {
  const heading = /^(?:ATX|Setext)Heading(\d)$/.exec(node.name)
  if (heading) {
    const prose = writeInline(node, context)
    if (prose.text !== '') context.blocks.push({ ...prose, kind: 'heading', rank: Number(heading[1]) })
    return
  }
  switch (node.name) {
    case 'Paragraph':
    case 'Task':
      context.blocks.push(...paragraphBlocks(node, context, context.kind))
      return
    case 'Table':
      context.blocks.push(...tableBlocks(node, context))
      return
    case 'BulletList':
    case 'OrderedList':
      return readChildren(node, { ...context, kind: 'list' })
    case 'Blockquote':
      return readChildren(node, { ...context, kind: 'quote' })
    case 'FootnoteDefinition':
      return readChildren(node, { ...context, kind: 'footnote' })
    case 'ListItem':
      return readChildren(node, context)
    case 'FencedCode':
      if (node.getChildren('CodeMark').length < 2) context.problems.push(unclosed(node, context, 'code'))
      return
    case 'UnclosedMath':
      context.problems.push(unclosed(node, context, 'math'))
      return
    case 'CommentBlock':
      if (!context.source.endsWith('-->')) context.problems.push(unclosed(node, context, 'comment'))
      return
    default: // code, rules, comments, reference definitions: no prose
  }
}

function readChildren(node: SyntaxNode, context: BlockReading): void {
  if (context.depth > MAX_DEPTH) return
  const below = { ...context, depth: context.depth + 1 }
  for (let child = node.firstChild; child; child = child.nextSibling) readBlock(child, below)
}

const UNCLOSED = {
  code: 'The code block is not closed and runs to the end of its container. Close it with a line of as many ` or ~ as opened it.',
  math: 'The display math is not closed before the next blank line. Close it with $$ or \\].',
  comment: 'The comment is not closed and hides the rest of the manuscript. Close it with -->.',
} as const

function unclosed(node: SyntaxNode, { base }: BlockReading, what: keyof typeof UNCLOSED): Problem {
  const span = { start: node.from - base, end: Math.min(node.to, node.from + 3) - base }
  return { code: `markdown-unclosed-${what}`, severity: 'warning', message: UNCLOSED[what], span }
}
