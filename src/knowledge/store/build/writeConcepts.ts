import type { Concept, ConceptRef } from '../../../core/index.ts'
import { groupsOf } from '../../semanticTypes.ts'
import { hashOf } from '../../names/hash.ts'
import { ByteWriter } from '../bytes.ts'
import { STRIDE } from '../format.ts'
import { GrowingUint32 } from '../growing.ts'
import { tooLarge } from './limits.ts'
import { sortPairs } from './radixSort.ts'
import { createSectionWriter } from './sectionWriter.ts'

/** Writes `concepts.bin` and `ids.bin` concept by concept. */
export interface ConceptsWriter {
  readonly nConcepts: number
  add(concept: Concept): void
  finish(): void
  abandon(): void
}

export interface ConceptsWriterOptions {
  readonly conceptsPath: string
  readonly idsPath: string
  /** The concept that has this id as its own. */
  readonly refOf: (id: string) => ConceptRef | undefined
}

/** Begins both files. Concepts must come in the order of their ids' UTF-8 bytes. */
export function createConceptsWriter({
  conceptsPath,
  idsPath,
  refOf,
}: ConceptsWriterOptions): ConceptsWriter {
  const file = createSectionWriter(conceptsPath, 7)
  const record = new ByteWriter()
  const offsets = new GrowingUint32()
  const counted = { refs: new GrowingUint32(), counts: new GrowingUint32() }
  const family = { parents: new GrowingUint32(), children: new GrowingUint32() }
  const ids = { hashes: new GrowingUint32(), refs: new GrowingUint32() }
  let nConcepts = 0
  let offset = 0
  return {
    get nConcepts() {
      return nConcepts
    },
    add(concept) {
      const ref = nConcepts++
      if (ref % STRIDE === 0) offsets.push(offset)
      record.clear()
      record.text(recordOf(concept))
      file.write(record.view())
      offset += record.length
      if (offset > 0xffff_ffff) throw tooLarge('records')
      const count = concept.names.reduce((sum, name) => sum + name.count, 0)
      if (count > 0) {
        counted.refs.push(ref)
        counted.counts.push(count)
      }
      for (const id of concept.parents) {
        const parent = refOf(id)
        if (parent === undefined || parent === ref) continue
        family.parents.push(parent)
        family.children.push(ref)
      }
      for (const id of new Set(concept.xrefs)) {
        if (id === concept.id) continue
        ids.hashes.push(hashOf(id))
        ids.refs.push(ref)
      }
    },
    finish() {
      offsets.push(offset)
      for (const column of [offsets, counted.refs, counted.counts]) {
        file.next()
        file.write(column.view())
      }
      for (const column of childColumns(family.parents.view(), family.children.view())) {
        file.next()
        file.write(column)
      }
      file.finish()
      writeIds(idsPath, ids.hashes.view(), ids.refs.view())
    },
    abandon: () => file.abandon(),
  }
}

const list = (values: readonly string[]): string => values.join('\x1f')

function recordOf({ id, types, groups, parents, xrefs, definitions }: Concept): string {
  const ownGroups = list(groups)
  const head = `${id}\t${list(types)}${ownGroups === list(groupsOf(types)) ? '' : `\t${ownGroups}`}`
  if (parents.length === 0 && xrefs.length === 0 && definitions.length === 0) return head
  const lines = [head, `${list(parents)}\t${list(xrefs)}`]
  for (const { source, text } of definitions) lines.push(`${source}\t${text}`)
  return lines.join('\n')
}

/** Who has children, where they begin, and the children. */
function childColumns(parents: Uint32Array, children: Uint32Array): Uint32Array[] {
  const sorted = sortPairs(parents, children)
  const distinct = new GrowingUint32()
  const starts = new GrowingUint32()
  sorted.keys.forEach((parent, i) => {
    if (i > 0 && parent === sorted.keys[i - 1]) return
    distinct.push(parent)
    starts.push(i)
  })
  starts.push(sorted.values.length)
  return [distinct.view(), starts.view(), sorted.values]
}

function writeIds(path: string, hashes: Uint32Array, refs: Uint32Array): void {
  const sorted = sortPairs(hashes, refs)
  const file = createSectionWriter(path, 2)
  file.write(sorted.keys)
  file.next()
  file.write(sorted.values)
  file.finish()
}
