import type { Concept, ConceptRef, ConceptSummary, Definition } from '../../core/index.ts'
import { ConceptLensError } from '../../core/index.ts'
import { hashOf } from '../names/hash.ts'
import type { Manifest } from './format.ts'
import type { NameTable } from './nameTable.ts'
import { damaged, type SectionFile } from './sectionFile.ts'

const NEWLINE = 10

/** The records of a store by concept. */
export interface ConceptTable {
  concept(ref: ConceptRef): Concept
  summary(ref: ConceptRef): ConceptSummary
  conceptCount(ref: ConceptRef): number
  children(ref: ConceptRef): readonly ConceptRef[]
  resolve(id: string): readonly ConceptRef[]
}

interface Parts {
  readonly concepts: SectionFile
  readonly ids: SectionFile
  readonly names: NameTable
  readonly manifest: Manifest
}

/** Opens `concepts.bin` and `ids.bin`. */
export function openConceptTable({ concepts: file, ids, names, manifest }: Parts): ConceptTable {
  const { nConcepts } = manifest
  const offsets = file.uint32(1, nConcepts + 1)
  const counts = file.uint32(3, nConcepts)
  const childStarts = file.uint32(4, nConcepts + 1)
  const allChildren = file.uint32(5)
  const decoder = new TextDecoder()

  const check = (ref: ConceptRef): void => {
    if (!Number.isInteger(ref) || ref < 0 || ref >= nConcepts)
      throw new ConceptLensError(
        'kb-no-such-concept',
        `The knowledge base has no concept number ${String(ref)}; it has 0 … ${String(nConcepts - 1)}. A number is only good for the store it came from.`,
      )
  }
  const record = (ref: ConceptRef): Uint8Array => {
    check(ref)
    return file.bytes(0, offsets[ref]!, offsets[ref + 1]! - offsets[ref]!)
  }
  const summary = (ref: ConceptRef): ConceptSummary => {
    const bytes = record(ref)
    const end = bytes.indexOf(NEWLINE)
    const [id, types, groups] = decoder.decode(end < 0 ? bytes : bytes.subarray(0, end)).split('\t')
    const { first, end: endRow } = names.rowsOf(ref)
    return {
      id: id ?? '',
      name: first < endRow ? names.text(first) : '',
      types: listOf(types),
      groups: listOf(groups),
    }
  }
  const concept = (ref: ConceptRef): Concept => {
    const [, links, ...definitions] = decoder.decode(record(ref)).split('\n')
    const [parents, xrefs] = (links ?? '').split('\t')
    const { first, end } = names.rowsOf(ref)
    return {
      ...summary(ref),
      names: Array.from({ length: end - first }, (_, i) => names.name(first + i)),
      parents: listOf(parents),
      xrefs: listOf(xrefs),
      definitions: definitions.map(definitionOf),
    }
  }

  return {
    concept,
    summary,
    conceptCount(ref) {
      check(ref)
      return counts[ref]!
    },
    children(ref) {
      check(ref)
      const children = [...allChildren.subarray(childStarts[ref], childStarts[ref + 1])]
      if (children.some((child) => child >= nConcepts))
        throw damaged(file.name, `concept ${String(ref)} has a child that does not exist`)
      return children
    },
    resolve: createResolver(ids, nConcepts, concept),
  }
}

const listOf = (joined: string | undefined): string[] => (joined ? joined.split('\x1f') : [])

function definitionOf(line: string): Definition {
  const tab = line.indexOf('\t')
  return { source: line.slice(0, tab), text: line.slice(tab + 1) }
}

const BARE_CUI = /^C\d{7}$/i

/** The ids that a user may mean by what they wrote, likeliest first. */
function spellings(id: string): string[] {
  const trimmed = id.trim()
  if (BARE_CUI.test(trimmed)) return [`UMLS:${trimmed.toUpperCase()}`, trimmed]
  const colon = trimmed.indexOf(':')
  return colon > 0 ? [trimmed, trimmed.slice(0, colon).toUpperCase() + trimmed.slice(colon)] : [trimmed]
}

function createResolver(
  file: SectionFile,
  nConcepts: number,
  conceptAt: (ref: ConceptRef) => Concept,
): (id: string) => readonly ConceptRef[] {
  const n = file.sizeOf(0) / 4
  if (file.sizeOf(1) !== n * 4) throw damaged(file.name, 'its columns differ in length')
  const numberAt = (section: number, index: number): number => {
    const bytes = file.bytes(section, index * 4, 4)
    return (bytes[0]! | (bytes[1]! << 8) | (bytes[2]! << 16) | (bytes[3]! << 24)) >>> 0
  }
  const find = (id: string): ConceptRef[] => {
    const hash = hashOf(id)
    let low = 0
    for (let high = n; low < high;) {
      const middle = (low + high) >>> 1
      if (numberAt(0, middle) < hash) low = middle + 1
      else high = middle
    }
    const own: ConceptRef[] = []
    const others: ConceptRef[] = []
    for (let i = low; i < n && numberAt(0, i) === hash; i += 1) {
      const ref = numberAt(1, i)
      if (ref >= nConcepts)
        throw damaged(file.name, `an id names concept ${String(ref)}, which does not exist`)
      const concept = conceptAt(ref)
      if (concept.id === id) own.push(ref)
      else if (concept.xrefs.includes(id)) others.push(ref)
    }
    return [...own, ...others]
  }
  return (id) => {
    for (const spelling of spellings(id)) {
      const found = find(spelling)
      if (found.length > 0) return found
    }
    return []
  }
}
