import {
  GFM,
  parser as commonmark,
  Subscript,
  Superscript,
  type BlockContext,
  type BlockParser,
  type InlineContext,
  type InlineParser,
  type Line,
  type MarkdownConfig,
  type MarkdownParser,
} from '@lezer/markdown'

const DOLLAR = 36
const BACKSLASH = 92
const OPEN_BRACKET = 91
const OPEN_BRACE = 123
const AT = 64
const CARET = 94
const COLON = 58
const OPEN_ANGLE = 60

// What Pandoc, Manubot and Quarto write, each matched at the start of the rest of a block's text.
const CITATION_KEY = String.raw`@(?:\{[^{}\s]+\}|[\p{L}\d_](?:[\p{L}\d_]|[:.#$%&+?<>~/-](?=[\p{L}\d_/(]))*)`
const CITATION_GROUP = new RegExp(
  String.raw`^\[(?:[^[\]@]*[\s;,(-])?-?${CITATION_KEY}(?:[^[\]]|\[[^[\]]*\])*\](?![({])`,
  'u',
)
const CITATION = new RegExp(`^${CITATION_KEY}`, 'u')
const BRACED_REFERENCE = /^\{@[^{}\s]+\}/
const BOOKDOWN_REFERENCE = /^\\@ref\([^()\s]*\)/
const ATTRIBUTES =
  /^\{:?\s*(?:[#.][\p{L}\d_]|[\p{L}_][\p{L}\d_:-]*\s*=|=[\p{L}]|-\s*\})(?:[^{}"]|"[^"]*")*\}?/u
const TEMPLATE = /^\{(?:\{[^]*?\}\}|%[^]*?%\}|#[^]*?#\})/
const RAW_TEX =
  /^\\(?:newpage|pagebreak|clearpage|noindent|centering|(?:[vh]space\*?|label|eqref|ref|cref|Cref|autoref|(?:[a-z]*cite[a-z]*)\*?(?:\[[^\]]*\])*)\{[^{}]*\}|(?:begin|end)\{[^{}]*\})(?![A-Za-z])/

// How far markup inside a line of text may reach: far longer than any author's citation group or note, so that what is
// opened by the thousand and never closed does not cost the square of a paragraph's length.
const MAX_INLINE_LENGTH = 4000

function inline(
  name: string,
  first: number,
  match: (rest: string, context: InlineContext, at: number) => number,
): InlineParser {
  return {
    name,
    before: 'Escape',
    parse(context, next, at) {
      if (next !== first) return -1
      const start = at - context.offset
      const length = match(context.text.slice(start, start + MAX_INLINE_LENGTH), context, at)
      return length > 0 ? context.addElement(context.elt(name, at, at + length)) : -1
    },
  }
}

const lengthOf = (pattern: RegExp, rest: string): number => pattern.exec(rest)?.[0].length ?? 0

/** Pandoc's rule: no blank inside the dollars, no digit after the closing one. */
function matchDollars(rest: string): number {
  if (rest.startsWith('$$')) {
    const end = rest.indexOf('$$', 2)
    return end > 2 ? end + 2 : 0
  }
  if (/^\$(?:\s|$)/.test(rest)) return 0
  for (let i = 1; i < rest.length; i++) {
    const char = rest[i]
    if (char === '\\') i++
    else if (char === '$') return !/\s/.test(rest[i - 1] ?? '') && !/\d/.test(rest[i + 1] ?? '') ? i + 1 : 0
  }
  return 0
}

function matchBackslash(rest: string): number {
  const close = rest.startsWith('\\(') ? '\\)' : rest.startsWith('\\[') ? '\\]' : undefined
  if (close === undefined) return 0
  const end = rest.indexOf(close, 2)
  return end < 0 ? 0 : end + 2
}

function isWordBefore(context: InlineContext, at: number): boolean {
  return /[\p{L}\d_.]/u.test(context.slice(Math.max(context.offset, at - 1), at))
}

/** `^[a note with *markup*]`: a node with the note's text parsed inside. */
const inlineFootnote: InlineParser = {
  name: 'InlineFootnote',
  before: 'Escape',
  parse(context, next, at) {
    if (next !== CARET || context.char(at + 1) !== OPEN_BRACKET) return -1
    const end = closingBracket(context.text, at + 1 - context.offset)
    if (end < 0) return -1
    const text = context.text.slice(at + 2 - context.offset, end)
    const children = context.parser.parseInline(text, at + 2)
    return context.addElement(context.elt('InlineFootnote', at, end + 1 + context.offset, children))
  },
}

function closingBracket(text: string, open: number): number {
  let depth = 0
  const limit = Math.min(text.length, open + MAX_INLINE_LENGTH)
  for (let i = open; i < limit; i++) {
    const char = text[i]
    if (char === '\\') i++
    else if (char === '[') depth++
    else if (char === ']' && --depth === 0) return i
  }
  return -1
}

const FOOTNOTE_LABEL = /^\[\^[^\]\s]+\]:[ \t]*/
const FOOTNOTE_INDENT = 4

const footnoteDefinition: BlockParser = {
  name: 'FootnoteDefinition',
  before: 'LinkReference',
  parse(context, line) {
    const label = line.next === OPEN_BRACKET ? lengthOf(FOOTNOTE_LABEL, line.text.slice(line.pos)) : 0
    if (label === 0) return false
    const start = context.lineStart + line.pos
    context.startComposite('FootnoteDefinition', line.pos, FOOTNOTE_INDENT)
    context.addElement(context.elt('FootnoteLabel', start, start + label))
    line.moveBase(line.pos + label)
    return null
  },
  endLeaf: (_, line) => line.next === OPEN_BRACKET && FOOTNOTE_LABEL.test(line.text.slice(line.pos)),
}

function continuesFootnote(_: BlockContext, line: Line, indent: number): boolean {
  if (line.indent < line.baseIndent + indent && line.next > -1) return false
  line.moveBaseColumn(line.baseIndent + indent)
  return true
}

/** `$$ … $$` or `\[ … \]` on lines of their own, up to a blank line when nothing closes it (Pandoc allows none inside). */
const blockMath: BlockParser = {
  name: 'BlockMath',
  before: 'IndentedCode',
  parse(context, line) {
    const close = context.depth === 1 && line.indent < line.baseIndent + 4 ? closeOfMath(line) : undefined
    if (close === undefined) return false
    const from = context.lineStart + line.pos
    const rest = line.text.slice(line.pos + 2)
    const end = rest.indexOf(close)
    if (end >= 0 && !/^\s*(?:\{[^{}]*\})?[\s.,;]*$/.test(rest.slice(end + 2))) return false
    let to = context.lineStart + line.text.length
    let closed = end >= 0
    while (context.nextLine() && !closed && line.next > -1) {
      closed = line.text.includes(close)
      to = context.lineStart + line.text.length
    }
    context.addElement(context.elt(closed ? 'BlockMath' : 'UnclosedMath', from, to))
    return true
  },
  endLeaf(context, line, leaf) {
    const close = context.depth === 1 ? closeOfMath(line) : undefined
    if (close === undefined || line.text.slice(line.pos + 2).includes(close)) return false
    return (leaf.content.split(close).length - 1) % 2 === 0
  },
}

function closeOfMath(line: Line): string | undefined {
  if (line.next === DOLLAR && line.text.startsWith('$$', line.pos)) return '$$'
  return line.next === BACKSLASH && line.text.startsWith('\\[', line.pos) ? '\\]' : undefined
}

const RAW_HTML = /^<(script|style|pre|textarea)(?=[\s>]|$)/i

/** Scripts, styles and preformatted text, to their closing tag; a comment that is never closed, to the end. Other HTML is read as inline tags around Markdown, as Pandoc does. */
const rawHtml: BlockParser = {
  name: 'RawHtml',
  before: 'IndentedCode',
  parse(context, line) {
    const rest = line.next === OPEN_ANGLE && context.depth === 1 ? line.text.slice(line.pos) : ''
    const name = RAW_HTML.exec(rest)?.[1]
    if (name === undefined && !rest.startsWith('<!--')) return false
    const close = name === undefined ? '-->' : `</${name.toLowerCase()}`
    const from = context.lineStart + line.pos
    let closed = false
    let to = from
    do {
      closed = line.text.toLowerCase().includes(close)
      to = context.lineStart + line.text.length
    } while (context.nextLine() && !closed)
    context.addElement(context.elt(name === undefined ? 'CommentBlock' : 'RawHtml', from, to))
    return true
  },
}

const FENCED_DIV = /^:{3,}\s*(?:\{[^{}]*\}|[\w-]+)?\s*:*\s*$/

/** The lines `::: {.note}` and `:::` of Pandoc's fenced divs; what is between them is ordinary. */
const fencedDiv: BlockParser = {
  name: 'FencedDiv',
  before: 'IndentedCode',
  parse(context, line) {
    if (!isDivLine(line)) return false
    const from = context.lineStart + line.pos
    const to = context.lineStart + line.text.length
    context.nextLine()
    context.addElement(context.elt('FencedDiv', from, to))
    return true
  },
  endLeaf: (_, line) => isDivLine(line),
}

function isDivLine(line: Line): boolean {
  return line.next === COLON && FENCED_DIV.test(line.text.slice(line.pos))
}

const scientific: MarkdownConfig = {
  defineNodes: [
    { name: 'FootnoteDefinition', block: true, composite: continuesFootnote },
    { name: 'BlockMath', block: true },
    { name: 'UnclosedMath', block: true },
    { name: 'FencedDiv', block: true },
    { name: 'RawHtml', block: true },
    ...[
      'FootnoteLabel',
      'FootnoteReference',
      'InlineFootnote',
      'Math',
      'TexMath',
      'Citation',
      'Reference',
      'Braces',
      'RawTex',
    ],
  ],
  parseBlock: [footnoteDefinition, blockMath, fencedDiv, rawHtml],
  remove: ['HTMLBlock'],
  parseInline: [
    inline('Math', DOLLAR, matchDollars),
    inline('TexMath', BACKSLASH, matchBackslash),
    inline('RawTex', BACKSLASH, (rest) => lengthOf(BOOKDOWN_REFERENCE, rest) || lengthOf(RAW_TEX, rest)),
    inline('FootnoteReference', OPEN_BRACKET, (rest) => lengthOf(/^\[\^[^\]\s]+\](?!\()/, rest)),
    inline('Citation', OPEN_BRACKET, (rest) => lengthOf(CITATION_GROUP, rest)),
    inline('Reference', AT, (rest, context, at) =>
      isWordBefore(context, at) ? 0 : lengthOf(CITATION, rest),
    ),
    inline(
      'Braces',
      OPEN_BRACE,
      (rest) => lengthOf(BRACED_REFERENCE, rest) || lengthOf(ATTRIBUTES, rest) || lengthOf(TEMPLATE, rest),
    ),
    inlineFootnote,
  ],
}

/** CommonMark with GFM, sub- and superscripts, footnotes, math, and the citations, attributes and divs of Pandoc and Manubot. */
export const grammar: MarkdownParser = commonmark.configure([GFM, Subscript, Superscript, scientific])
