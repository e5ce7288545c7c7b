import { isMap, isPair, isScalar, isSeq, parseDocument, type Document, type Node } from 'yaml'
import type { KeyPath } from './problem.ts'
import { descriptionOf, entryOf, keysOf, schemaAt, wordsOf } from './schemaAt.ts'
import { fileSchema } from './schema.ts'

/** A word that may stand at the cursor. */
export interface Suggestion {
  readonly word: string
  /** What it means; empty for plain values. */
  readonly about: string
  readonly kind: 'key' | 'value'
}

/** Suggestions, and what of the text they replace, UTF-16 units. */
export interface Suggestions {
  readonly start: number
  readonly end: number
  readonly words: readonly Suggestion[]
}

/** What something in a file means. */
export interface Meaning {
  readonly start: number
  readonly end: number
  /** Markdown. */
  readonly about: string
}

/** Stands in the place of what a person is typing, so that an unfinished file can be read. */
const HERE = 'conceptlens-cursor'

/** The words that may stand at an offset: keys of the object there that it does not have yet, or values of a key. */
export function suggestionsAt(text: string, offset: number): Suggestions {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1
  const before = text.slice(lineStart, offset)
  const [, head = '', key, typed = ''] = /^(\s*(?:- +)*)(?:([\w-]+):[ ]+)?([\w-]*)$/.exec(before) ?? []
  const nothing = { start: offset, end: offset, words: [] }
  if (head + (key === undefined ? '' : `${key}: `) + typed === '' && before !== '') return nothing
  const rest = /^[\w-]*/.exec(text.slice(offset))?.[0].length ?? 0
  const [start, end] = [offset - typed.length, offset + rest]
  const lineEnd = (text.indexOf('\n', offset) + 1 || text.length + 1) - 1
  const filled = `${text.slice(0, start)}${key === undefined ? `${HERE}: 0` : HERE}${text.slice(lineEnd)}`
  const document = parseDocument(filled, { logLevel: 'silent', strict: false, uniqueKeys: false })
  const path = pathOfCursor(document.contents)
  if (!path) return nothing
  const value = valueOf(document)
  if (key !== undefined) return { start, end, words: valuesAt(path, value) }
  const around = schemaAt(fileSchema, path, value)
  const present = Object.keys(valueAt(value, path) ?? {})
  const keys = keysOf(around).filter((one) => !present.includes(one))
  return { start, end, words: keys.map((word) => ({ word, about: aboutEntry(around, word), kind: 'key' })) }
}

/** What the key at an offset means, and what it takes. */
export function meaningAt(text: string, offset: number): Meaning | undefined {
  const document = parseDocument(text, { logLevel: 'silent', strict: false, uniqueKeys: false })
  const found = keyAt(document.contents, offset)
  if (!found) return undefined
  const value = valueOf(document)
  const parent = schemaAt(fileSchema, found.path.slice(0, -1), value)
  const about = aboutEntry(parent, String(found.path.at(-1)))
  const words = valuesAt(found.path, value).map(({ word }) => `\`${word}\``)
  const lines = [about, words.length > 0 ? `Allowed: ${words.join(', ')}` : ''].filter((line) => line !== '')
  return lines.length > 0 ? { start: found.start, end: found.end, about: lines.join('\n\n') } : undefined
}

function valuesAt(path: KeyPath, value: unknown): readonly Suggestion[] {
  const isKind = path.at(-1) === 'kind'
  const words = wordsOf(isKind ? variantAt(path.slice(0, -1)) : schemaAt(fileSchema, path, value))
  return words.map((word) => ({ word, about: isKind ? aboutKind(path, word) : '', kind: 'value' as const }))
}

/** The kinds that a list takes, whatever kind stands there now. */
const variantAt = (path: KeyPath) => schemaAt(fileSchema, path, undefined)

function aboutKind(path: KeyPath, kind: string): string {
  const option = schemaAt(fileSchema, path.slice(0, -1), withKind(path, kind))
  return option ? descriptionOf(option) : ''
}

/** A value that has this kind at a place, and nothing else. */
function withKind(path: KeyPath, kind: string): unknown {
  return path.reduceRight<unknown>(
    (inner, key) => (typeof key === 'number' ? Object.assign([], { [key]: inner }) : { [key]: inner }),
    kind,
  )
}

function aboutEntry(parent: ReturnType<typeof schemaAt>, key: string): string {
  const entry = entryOf(parent, key)
  return entry ? descriptionOf(entry) : ''
}

function valueOf(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 50 })
  } catch {
    return undefined
  }
}

const valueAt = (value: unknown, path: KeyPath): unknown =>
  path.reduce<unknown>(
    (inner, key) => (inner as Record<string | number, unknown> | null | undefined)?.[key],
    value,
  )

/** Where the cursor's stand-in is: as a key the object around it, as a value its own place. */
function pathOfCursor(node: unknown, path: KeyPath = []): KeyPath | undefined {
  if (isScalar(node)) return node.value === HERE ? path : undefined
  if (isSeq(node)) return first(node.items, (item, i) => pathOfCursor(item, [...path, i]))
  if (!isMap(node)) return undefined
  return first(node.items, (pair) => {
    const key = isScalar(pair.key) ? String(pair.key.value) : ''
    return key === HERE ? path : pathOfCursor(pair.value, [...path, key])
  })
}

interface KeyPlace {
  readonly path: KeyPath
  readonly start: number
  readonly end: number
}

function keyAt(node: unknown, offset: number, path: KeyPath = []): KeyPlace | undefined {
  if (isSeq(node)) return first(node.items, (item, i) => keyAt(item, offset, [...path, i]))
  if (!isMap(node)) return undefined
  return first(node.items, (pair) => {
    if (!isPair(pair) || !isScalar(pair.key)) return undefined
    const own = [...path, String(pair.key.value)]
    const [start, end] = (pair.key as Node).range ?? [0, 0]
    return start <= offset && offset <= end ? { path: own, start, end } : keyAt(pair.value, offset, own)
  })
}

function first<T, R>(items: readonly T[], find: (item: T, index: number) => R | undefined): R | undefined {
  for (const [i, item] of items.entries()) {
    const found = find(item, i)
    if (found !== undefined) return found
  }
  return undefined
}
