import type { Definition, Name } from '../../core/index.ts'
import type { ByteReader, ByteWriter } from '../store/bytes.ts'
import { NAME_KINDS } from '../store/format.ts'
import type { ConceptDraft } from './draft.ts'

/** Few words met over and over (source labels, types, groups), by number. */
export interface Words {
  readonly number: (word: string) => number
  readonly word: (number: number) => string
  /** All of them, by number. */
  readonly all: readonly string[]
}

/** A table of words, which may have some already. */
export function createWords(known: readonly string[] = []): Words {
  const words = [...known]
  const numbers = new Map(words.map((word, number) => [word, number]))
  return {
    all: words,
    number(word) {
      const known = numbers.get(word)
      if (known !== undefined) return known
      numbers.set(word, words.length)
      return words.push(word) - 1
    },
    word: (number) => words[number] ?? '',
  }
}

/** A draft whose ids are numbers. */
export interface NumberedDraft {
  readonly id: number
  readonly xrefs: readonly number[]
  readonly parents: readonly number[]
  readonly names: readonly Name[]
  readonly types: readonly string[]
  readonly groups: readonly string[]
  readonly definitions: readonly Definition[]
}

/** Writes a draft: its id and cross-references first, so that these can be read alone. */
export function writeDraft(
  out: ByteWriter,
  ids: Pick<NumberedDraft, 'id' | 'xrefs' | 'parents'>,
  { draft, words }: { draft: ConceptDraft; words: Words },
): void {
  out.varint(ids.id)
  writeNumbers(out, ids.xrefs)
  writeNumbers(out, ids.parents)
  writeWords(out, draft.types, words)
  writeWords(out, draft.groups, words)
  out.varint(draft.names.length)
  for (const { text, kind, source, count } of draft.names) {
    out.varint(words.number(source) * 8 + NAME_KINDS.indexOf(kind))
    out.varint(count)
    out.text(text)
  }
  out.varint(draft.definitions.length)
  for (const { text, source } of draft.definitions) {
    out.varint(words.number(source))
    out.text(text)
  }
}

/** Reads the id and cross-references of a draft from where the reader stands. */
export function readIds(reader: ByteReader): Pick<NumberedDraft, 'id' | 'xrefs'> {
  return { id: reader.varint(), xrefs: readNumbers(reader) }
}

/** Reads what joining wants to know of a draft from where the reader stands: its id, cross-references, and whether it has names. */
export function readHead(reader: ByteReader): Pick<NumberedDraft, 'id' | 'xrefs'> & { isNamed: boolean } {
  const { id, xrefs } = readIds(reader)
  for (let list = 0; list < 3; list += 1) readNumbers(reader)
  return { id, xrefs, isNamed: reader.varint() > 0 }
}

/** Reads a draft from where the reader stands. */
export function readDraft(reader: ByteReader, words: Words): NumberedDraft {
  const id = reader.varint()
  const xrefs = readNumbers(reader)
  const parents = readNumbers(reader)
  const types = readNumbers(reader).map(words.word)
  const groups = readNumbers(reader).map(words.word)
  const names: Name[] = []
  for (let left = reader.varint(); left > 0; left -= 1) {
    const tag = reader.varint()
    const count = reader.varint()
    names.push({ text: reader.text(), kind: NAME_KINDS[tag & 7]!, source: words.word(tag >>> 3), count })
  }
  const definitions: Definition[] = []
  for (let left = reader.varint(); left > 0; left -= 1) {
    const source = words.word(reader.varint())
    definitions.push({ source, text: reader.text() })
  }
  return { id, xrefs, parents, names, types, groups, definitions }
}

function writeNumbers(out: ByteWriter, numbers: readonly number[]): void {
  out.varint(numbers.length)
  for (const number of numbers) out.varint(number)
}

function writeWords(out: ByteWriter, list: readonly string[], words: Words): void {
  out.varint(list.length)
  for (const word of list) out.varint(words.number(word))
}

function readNumbers(reader: ByteReader): number[] {
  const n = reader.varint()
  const numbers: number[] = []
  for (let i = 0; i < n; i += 1) numbers.push(reader.varint())
  return numbers
}
