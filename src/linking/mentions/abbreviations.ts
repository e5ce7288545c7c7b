import { LRUCache } from 'lru-cache'
import type { Span } from '../../core/index.ts'
import { wordsOf } from './words.ts'

/** A short form that the document defines, at the place where it does. */
export interface Abbreviation {
  readonly short: string
  readonly long: string
  /** Index of the defining text. */
  readonly passage: number
  /** The short form in that text, UTF-16 units. */
  readonly shortSpan: Span
  /** The long form in that text, UTF-16 units. */
  readonly longSpan: Span
}

/** What the short forms of one document stand for. */
export interface Abbreviations {
  /** Every definition, in reading order. */
  readonly all: readonly Abbreviation[]
  /** The short forms, each once. */
  readonly shorts: readonly string[]
  /**
   * What a short form means in a passage: by its last definition up to there, else by its first one after. A plural
   * (`SNPs`) is found by its singular and a singular by its plural. `undefined` when the document defines neither.
   */
  find(short: string, passage: number): Abbreviation | undefined
  /** The long form of {@link find}, in the number asked for. */
  expand(short: string, passage: number): string | undefined
}

/**
 * Finds `long form (SF)` and `SF (long form)` by the algorithm of Schwartz and Hearst,
 * "A simple algorithm for identifying abbreviation definitions in biomedical text" (PSB 2003), over all passages.
 * Stricter than the paper in one thing: a short form must hold a capital letter, which keeps `(see …)` out.
 *
 * @example "heart failure (HF)" gives HF → heart failure.
 */
export function findAbbreviations(passages: readonly string[]): Abbreviations {
  const all = passages.flatMap((text, passage) =>
    knownDefinitionsIn(text).map((definition) => ({ ...definition, passage })),
  )
  const byShort = new Map<string, Abbreviation[]>()
  for (const one of all) {
    const known = byShort.get(one.short)
    if (known) known.push(one)
    else byShort.set(one.short, [one])
  }
  const at = (short: string, passage: number): Abbreviation | undefined => {
    const known = byShort.get(short)
    return known?.findLast((one) => one.passage <= passage) ?? known?.[0]
  }
  const lookUp = (short: string, passage: number) => {
    const same = at(short, passage)
    if (same) return { found: same, long: same.long }
    const singular = /^.*[\p{Lu}\p{N}]s$/u.test(short) ? at(short.slice(0, -1), passage) : undefined
    if (singular) return { found: singular, long: singular.long }
    const plural = /[\p{Lu}\p{N}]$/u.test(short) ? at(`${short}s`, passage) : undefined
    return plural ? { found: plural, long: singularOf(plural.long) } : undefined
  }
  return {
    all,
    shorts: [...byShort.keys()],
    find: (short, passage) => lookUp(short, passage)?.found,
    expand: (short, passage) => lookUp(short, passage)?.long,
  }
}

/**
 * A text with every short form in it written out, or `undefined` when it holds none. A short form stays where the
 * text says its long form too.
 *
 * @example "early AD" becomes "early Alzheimer's disease".
 */
export function expandText(abbreviations: Abbreviations, text: string, passage: number): string | undefined {
  let expanded = ''
  let end = 0
  for (const use of usesOf(abbreviations, text, passage)) {
    if (text.includes(use.long)) continue
    expanded += text.slice(end, use.start) + use.long
    end = use.end
  }
  return end === 0 ? undefined : expanded + text.slice(end)
}

/** A short form of the document where it stands in a passage, with what it means there. */
export interface AbbreviationUse extends Span {
  readonly long: string
}

/** Uses of defined short forms in a text of the passage: sorted, not overlapping. */
export function usesOf(abbreviations: Abbreviations, text: string, passage: number): AbbreviationUse[] {
  if (abbreviations.all.length === 0) return []
  const use = (short: string, start: number): AbbreviationUse[] => {
    const long = abbreviations.expand(short, passage)
    return long === undefined ? [] : [{ start, end: start + short.length, long }]
  }
  return Array.from(text.matchAll(SHORT_FORM)).flatMap((match) => {
    const whole = use(match[0], match.index)
    if (whole.length > 0) return whole
    return wordsOf(match[0]).flatMap((word) => use(word.text, match.index + word.start))
  })
}

/** What the document's short forms that a text may use mean there, as `short=long`: all that detection can see of them. */
export function expansionsIn(abbreviations: Abbreviations, text: string, passage: number): string[] {
  return abbreviations.shorts
    .filter((short) => text.includes(short.replace(/s$/, '')))
    .map((short) => `${short}=${abbreviations.expand(short, passage) ?? ''}`)
}

/** Words joined by hyphens, slashes and dots. */
const SHORT_FORM = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:[-/.+][\p{L}\p{N}][\p{L}\p{M}\p{N}]*)*/gu

const singularOf = (long: string): string => long.replace(/ies$/, 'y').replace(/([^s])s$/, '$1')

interface Definition {
  readonly short: string
  readonly long: string
  readonly shortSpan: Span
  readonly longSpan: Span
}

/** By text: a document is searched at every edit, when all its passages but one are as they were. */
const definitionsOf = new LRUCache<string, readonly Definition[]>({ max: 4000 })

function knownDefinitionsIn(text: string): readonly Definition[] {
  const known = definitionsOf.get(text)
  if (known) return known
  const definitions = definitionsIn(text)
  definitionsOf.set(text, definitions)
  return definitions
}

function definitionsIn(text: string): Definition[] {
  const found: Definition[] = []
  for (const match of text.matchAll(/[([]([^()[\]]{2,200})[)\]]/gu)) {
    const open = match.index
    const definition = definedInside(text, open, match[1] ?? '') ?? definedBefore(text, open, match[1] ?? '')
    if (definition) found.push(definition)
  }
  return found
}

/** `long form (SF)`; what follows a comma or semicolon inside the parentheses is not part of the short form. */
function definedInside(text: string, open: number, inside: string): Definition | undefined {
  const short = (/^[^,;]*/.exec(inside)?.[0] ?? '').trim().replace(/^["'“”‘’]+|["'“”‘’]+$/g, '')
  if (!isShortForm(short)) return undefined
  const before = wordsBefore(text, open, longestLongForm(short))
  const longSpan = bestLongForm(text, short, before)
  if (!longSpan) return undefined
  const start = text.indexOf(short, open)
  return definition(text, { start, end: start + short.length }, longSpan)
}

/** `SF (long form)`. */
function definedBefore(text: string, open: number, inside: string): Definition | undefined {
  const short = /(?:^|[\s("'“‘])([^\s()"'“”‘’]{2,10})\s$/u.exec(text.slice(Math.max(0, open - 14), open))?.[1]
  if (short === undefined || !isShortForm(short)) return undefined
  const start = open + 1
  const clause = /^[^,;]*/.exec(inside)?.[0] ?? ''
  const longSpan = bestLongForm(text, short, { start, end: start + clause.trimEnd().length })
  if (longSpan?.start !== start) return undefined
  const shortStart = text.lastIndexOf(short, open)
  return definition(text, { start: shortStart, end: shortStart + short.length }, longSpan)
}

function definition(text: string, shortSpan: Span, longSpan: Span): Definition {
  return {
    short: text.slice(shortSpan.start, shortSpan.end),
    long: text.slice(longSpan.start, longSpan.end),
    shortSpan,
    longSpan,
  }
}

/** At most two words and ten characters, begins with a letter or digit, holds a capital letter. */
function isShortForm(short: string): boolean {
  return (
    short.length >= 2 &&
    short.length <= 10 &&
    short.split(/\s+/).length <= 2 &&
    /^[\p{L}\p{N}]/u.test(short) &&
    /\p{Lu}/u.test(short)
  )
}

/** The paper's bound: min(|SF| + 5, 2 |SF|) words. */
const longestLongForm = (short: string): number => Math.min(short.length + 5, short.length * 2)

/** The last `most` words before a position, not past the end of a sentence. */
function wordsBefore(text: string, position: number, most: number): Span {
  const sentence = Math.max(
    ...['. ', '; ', ': ', '? ', '! ', '(', ')'].map((mark) => text.lastIndexOf(mark, position - 1) + 1),
    0,
  )
  const words = Array.from(text.slice(sentence, position).matchAll(/\S+/g))
  const first = words.at(-most) ?? words[0]
  const end = sentence + text.slice(sentence, position).trimEnd().length
  return { start: sentence + (first?.index ?? 0), end: Math.max(end, sentence) }
}

/** Matches the short form's letters and digits from right to left; its first must begin a word of the long form. */
function bestLongForm(text: string, short: string, within: Span): Span | undefined {
  let at = within.end
  const letters = Array.from(short).filter((c) => /[\p{L}\p{N}]/u.test(c))
  for (let i = letters.length - 1; i >= 0; i--) {
    const letter = (letters[i] ?? '').toLowerCase()
    at--
    while (
      at >= within.start &&
      (text.charAt(at).toLowerCase() !== letter || (i === 0 && isInsideWord(text, at, within.start)))
    )
      at--
    if (at < within.start) return undefined
  }
  const long = { start: at, end: within.end }
  return isLongForm(text.slice(long.start, long.end), short) ? long : undefined
}

const isInsideWord = (text: string, at: number, start: number): boolean =>
  at > start && /[\p{L}\p{N}]/u.test(text.charAt(at - 1))

function isLongForm(long: string, short: string): boolean {
  const words = long.split(/[\s-]+/)
  return (
    long.length > short.length &&
    !words.includes(short) &&
    words.length <= longestLongForm(short) &&
    /\p{L}{2}/u.test(long) &&
    !/[()[\]]/.test(long)
  )
}
