import type { Span } from '../../core/index.ts'
import type { Block, PlacedBlock } from '../block.ts'
import { unifyLineEnds } from '../lineEnds.ts'
import { createMask, type Prose } from '../mask.ts'
import { grammar } from './grammar.ts'
import { writeInline } from './inline.ts'

const FRONT_MATTER =
  /^\uFEFF?---[ \t]*(?:\r\n|\n|\r)(?![^\S\r\n]*[\r\n])[^]*?(?:\r\n|\n|\r)(?:---|\.\.\.)[ \t]*(?=[\r\n]|$)/

/** The YAML at the top of a file, with a BOM before it; empty when there is none (a BOM is still taken). */
export function findFrontMatter(text: string): Span {
  const match = FRONT_MATTER.exec(text)
  return { start: 0, end: match ? match[0].length : text.startsWith('\uFEFF') ? 1 : 0 }
}

const FIELDS = {
  title: { kind: 'title', sectionKind: 'title' },
  subtitle: { kind: 'title', sectionKind: 'title' },
  abstract: { kind: 'paragraph', sectionKind: 'abstract' },
} as const

/** The title, subtitle and abstract of YAML front matter, read as Markdown. Plain, quoted and block scalars; nothing else of YAML. */
export function parseFrontMatter(text: string, { end }: Span): readonly PlacedBlock[] {
  const yaml = unifyLineEnds(text.slice(0, end))
  return [...yaml.matchAll(/^(title|subtitle|abstract)[ \t]*:[ \t]*/gm)].flatMap((field) => {
    const { kind, sectionKind } = FIELDS[field[1] as keyof typeof FIELDS]
    const value = valueSpan(yaml, field.index + field[0].length)
    return paragraphs(yaml, value).flatMap((paragraph): PlacedBlock[] => {
      const prose = writeValue(yaml.slice(paragraph.start, paragraph.end))
      const block: Block = { ...prose, kind, sectionKind }
      return prose.text === '' ? [] : [{ start: paragraph.start, block }]
    })
  })
}

/** From behind the colon to the next key, comment or end, without the marks of a quoted or block scalar. */
function valueSpan(yaml: string, start: number): Span {
  const rest = yaml.slice(start)
  const next = /\n(?=[^\s])/.exec(rest)
  let end = start + (next?.index ?? rest.length)
  const block = /^[|>][-+\d]*[^\S\r\n]*(?:#.*)?(?=[\r\n])/.exec(rest)
  if (block) return { start: start + block[0].length, end }
  const quote = rest[0]
  if (quote === '"' || quote === "'") {
    const close = yaml.slice(0, end).trimEnd()
    return {
      start: start + 1,
      end: close.endsWith(quote) && close.length > start + 1 ? close.length - 1 : end,
    }
  }
  const comment = /[^\S\r\n]#/.exec(yaml.slice(start, end))
  if (comment) end = start + comment.index
  return { start, end }
}

function paragraphs(yaml: string, { start, end }: Span): readonly Span[] {
  const spans: Span[] = []
  let from = start
  for (const gap of yaml.slice(start, end).matchAll(/\n[^\S\n]*\n\s*/g)) {
    spans.push({ start: from, end: start + gap.index })
    from = start + gap.index + gap[0].length
  }
  return [...spans, { start: from, end }]
}

/** One paragraph of a value as inline Markdown. A line's indent is YAML's, so that none of it may look like a block. */
function writeValue(value: string): Prose {
  const indent = value.length - value.trimStart().length
  // Joined to one line and made a heading, the value is inline content whatever it begins with; the length must stay.
  const line = `# ${value.slice(indent).replace(/\n/g, ' ')}`
  const heading = grammar.parse(line).topNode.firstChild
  if (heading?.name !== 'ATXHeading1') return createMask(value).finish()
  const shift = 2 - indent
  return writeInline(
    heading,
    { source: value.replace(/\n/g, ' '), base: shift, blocks: [] },
    { from: 2, to: heading.to },
  )
}
