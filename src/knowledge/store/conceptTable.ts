import type { Concept, ConceptRef, ConceptSummary, Definition, Name } from '../../core/index.ts'
import { ConceptLensError } from '../../core/index.ts'
import { hashOf } from '../names/hash.ts'
import { groupsOf } from '../semanticTypes.ts'
import { ByteReader } from './bytes.ts'
import { STRIDE, type Manifest } from './format.ts'
import { idSpellings } from './idSpellings.ts'
import type { NameTable } from './nameTable.ts'
import { damaged, type SectionFile } from './sectionFile.ts'

/** The records of a store by concept. */
export interface ConceptTable {
  concept(ref: ConceptRef): Concept
  summary(ref: ConceptRef): ConceptSummary
  names(ref: ConceptRef): readonly Name[]
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
  const nGroups = Math.ceil(nConcepts / STRIDE)
  const offsets = file.uint32(1, nGroups + 1)
  const countedRefs = file.uint32(2)
  const counts = file.uint32(3, countedRefs.length)
  const nParents = file.sizeOf(4) / 4

  const check = (ref: ConceptRef): void => {
    if (!Number.isInteger(ref) || ref < 0 || ref >= nConcepts)
      throw new ConceptLensError(
        'kb-no-such-concept',
        `The knowledge base has no concept number ${String(ref)}; it has 0 … ${String(nConcepts - 1)}. A number is only good for the store it came from.`,
      )
  }
  const record = (ref: ConceptRef): string => {
    check(ref)
    const group = Math.floor(ref / STRIDE)
    const start = offsets[group]!
    const reader = new ByteReader(file.bytes(0, start, offsets[group + 1]! - start))
    for (let at = group * STRIDE; at < ref; at += 1) reader.skipText()
    return reader.text()
  }
  const summaryOf = (head: string, ref: ConceptRef): ConceptSummary => {
    const [id = '', joinedTypes, joinedGroups] = head.split('\t')
    const types = listOf(joinedTypes)
    const groups = joinedGroups === undefined ? groupsOf(types) : listOf(joinedGroups)
    return { id, name: names.preferred(ref), types, groups }
  }
  const concept = (ref: ConceptRef): Concept => {
    const [head = '', links, ...definitions] = record(ref).split('\n')
    const [parents, xrefs] = (links ?? '').split('\t')
    return {
      ...summaryOf(head, ref),
      names: names.namesOf(ref),
      parents: listOf(parents),
      xrefs: listOf(xrefs),
      definitions: definitions.map(definitionOf),
    }
  }
  const summary = (ref: ConceptRef): ConceptSummary => {
    const text = record(ref)
    const end = text.indexOf('\n')
    return summaryOf(end < 0 ? text : text.slice(0, end), ref)
  }
  const idOf = (ref: ConceptRef): string => {
    const text = record(ref)
    return text.slice(0, text.indexOf('\t'))
  }
  const find = createFinder(nConcepts, idOf)
  const findOthers = createXrefFinder(ids, nConcepts, (ref) => {
    const [, links] = record(ref).split('\n', 2)
    return listOf(links?.split('\t')[1])
  })

  return {
    concept,
    summary,
    names(ref) {
      check(ref)
      return names.namesOf(ref)
    },
    conceptCount(ref) {
      check(ref)
      const place = lowerBound(countedRefs.length, (i) => countedRefs[i]! < ref)
      return countedRefs[place] === ref ? counts[place]! : 0
    },
    children(ref) {
      check(ref)
      const place = lowerBound(nParents, (i) => file.uint32At(4, i) < ref)
      if (place >= nParents || file.uint32At(4, place) !== ref) return []
      const children: ConceptRef[] = []
      const end = file.uint32At(5, place + 1)
      for (let i = file.uint32At(5, place); i < end; i += 1) {
        const child = file.uint32At(6, i)
        if (child >= nConcepts)
          throw damaged(file.name, `concept ${String(ref)} has a child that does not exist`)
        children.push(child)
      }
      return children
    },
    resolve(id) {
      for (const spelling of idSpellings(id)) {
        const own = find(spelling)
        const found = [...(own === undefined ? [] : [own]), ...findOthers(spelling)]
        if (found.length > 0) return found
      }
      return []
    },
  }
}

const listOf = (joined: string | undefined): string[] => (joined ? joined.split('\x1f') : [])

function definitionOf(line: string): Definition {
  const tab = line.indexOf('\t')
  return { source: line.slice(0, tab), text: line.slice(tab + 1) }
}

/** The first index for which `isBefore` no longer holds. */
function lowerBound(n: number, isBefore: (index: number) => boolean): number {
  let low = 0
  for (let high = n; low < high;) {
    const middle = (low + high) >>> 1
    if (isBefore(middle)) low = middle + 1
    else high = middle
  }
  return low
}

/** Finds concepts by their own ids, which stand in the order of their UTF-8 bytes. */
function createFinder(
  nConcepts: number,
  idOf: (ref: ConceptRef) => string,
): (id: string) => ConceptRef | undefined {
  return (id) => {
    const bytes = Buffer.from(id)
    const isBefore = (ref: ConceptRef): boolean => Buffer.compare(Buffer.from(idOf(ref)), bytes) < 0
    // First among the beginnings of groups, which are read without walking.
    const nGroups = Math.ceil(nConcepts / STRIDE)
    const group = Math.max(0, lowerBound(nGroups, (i) => isBefore(i * STRIDE)) - 1)
    const first = group * STRIDE
    const place = first + lowerBound(Math.min(2 * STRIDE, nConcepts - first), (i) => isBefore(first + i))
    return place < nConcepts && idOf(place) === id ? place : undefined
  }
}

/** Finds concepts by their cross-references, alternative and retired ids. */
function createXrefFinder(
  file: SectionFile,
  nConcepts: number,
  xrefsOf: (ref: ConceptRef) => readonly string[],
): (id: string) => ConceptRef[] {
  const n = file.sizeOf(0) / 4
  if (file.sizeOf(1) !== n * 4) throw damaged(file.name, 'its columns differ in length')
  return (id) => {
    const hash = hashOf(id)
    const found: ConceptRef[] = []
    const first = lowerBound(n, (i) => file.uint32At(0, i) < hash)
    for (let i = first; i < n && file.uint32At(0, i) === hash; i += 1) {
      const ref = file.uint32At(1, i)
      if (ref >= nConcepts)
        throw damaged(file.name, `an id names concept ${String(ref)}, which does not exist`)
      if (xrefsOf(ref).includes(id)) found.push(ref)
    }
    return found
  }
}
