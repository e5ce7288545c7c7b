import { lineBatches } from './lines.ts'

/** One `tag: value` line, its value as written. */
export interface OboLine {
  readonly tag: string
  readonly value: string
  /** 1-based. */
  readonly line: number
}

/** The header (kind `''`) or a stanza of an OBO file. */
export interface OboStanza {
  /** `Term`, `Typedef`, `Instance`. */
  readonly kind: string
  /** 1-based; 0 for the header. */
  readonly line: number
  readonly lines: readonly OboLine[]
  /** Lines that are no `tag: value`. */
  readonly bad: readonly OboLine[]
}

const STANZA = /^\[(\w+)\]\s*(?:!.*)?$/
const TAG_VALUE = /^((?:\\.|[^\\:\s])+)\s*:(.*)$/

/**
 * The header and the stanzas of an OBO file, one after the other, so that a large file needs little memory.
 * Source: OBO Flat File Format 1.4, section 1. A line that ends with a backslash goes on in the next.
 */
export async function* oboStanzas(path: string, onBytes: (n: number) => void): AsyncGenerator<OboStanza> {
  let open = stanza('', 0)
  let number = 0
  let continued = ''
  for await (const batch of lineBatches(path, onBytes)) {
    for (const part of batch) {
      number += 1
      if (/(?:^|[^\\])(?:\\\\)*\\$/.test(part)) {
        continued += part.slice(0, -1)
        continue
      }
      const text = (continued + part).trim()
      continued = ''
      if (text === '' || text.startsWith('!')) continue
      const kind = STANZA.exec(text)?.[1]
      if (kind !== undefined) {
        yield open
        open = stanza(kind, number)
        continue
      }
      const match = TAG_VALUE.exec(text)
      if (match) open.lines.push({ tag: match[1]!, value: match[2]!.trim(), line: number })
      else open.bad.push({ tag: '', value: text, line: number })
    }
  }
  yield open
}

function stanza(kind: string, line: number): OboStanza & { lines: OboLine[]; bad: OboLine[] } {
  return { kind, line, lines: [], bad: [] }
}

const MODIFIERS = /\s*(?<!\\)\{\s*[\w:.-]+\s*=\s*"(?:[^"\\]|\\.)*"[^{}]*\}$/
const COMMENT = /(?:^|\s)!(?:\s.*)?$/
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', W: ' ' }

const unescaped = (text: string): string =>
  text.replace(/\\(.)/gs, (_, character: string) => ESCAPES[character] ?? character)

/** A whole value as text, without trailing modifiers (`{source="x"}`) and comment (`! …`), its escapes resolved. */
export function plainValue(value: string): string {
  return unescaped(value.replace(COMMENT, '').replace(MODIFIERS, '')).trim()
}

/** The first word of a value: an id, before modifiers, a description and a comment. */
export function firstWord(value: string): string {
  return unescaped(/^(?:\\.|[^\\\s{])*/s.exec(value)?.[0] ?? '')
}

/** The text in quotes that a value begins with, and the words up to `[`, `{` or `!`; `undefined` without such a text. */
export function quotedValue(value: string): { text: string; words: readonly string[] } | undefined {
  const match = /^"((?:[^"\\]|\\.)*)"([^[{!]*)/s.exec(value)
  if (!match) return undefined
  return { text: unescaped(match[1]!), words: match[2]!.split(/\s+/).filter((word) => word !== '') }
}
