import type { Name } from '../../../core/index.ts'
import { ByteWriter } from '../bytes.ts'
import { NAME_KINDS, STRIDE } from '../format.ts'
import { GrowingUint32 } from '../growing.ts'
import { tooLarge } from './limits.ts'
import { createSectionWriter } from './sectionWriter.ts'

/** How many names of a source label there are, and of how many concepts. */
export interface LabelCount {
  nNames: number
  nConcepts: number
}

/** Writes `names.bin` concept by concept. */
export interface NamesWriter {
  readonly nNames: number
  /** By label number. */
  readonly counts: readonly LabelCount[]
  add(names: readonly Name[]): void
  finish(): void
  abandon(): void
}

/** Begins `names.bin`; `numberOf` tells the number of a source label. */
export function createNamesWriter(path: string, labels: readonly string[]): NamesWriter {
  const file = createSectionWriter(path, 3)
  const numbers = new Map(labels.map((label, i) => [label, i]))
  const counts = labels.map((): LabelCount => ({ nNames: 0, nConcepts: 0 }))
  const offsets = new GrowingUint32()
  const concepts = new GrowingUint32()
  const record = new ByteWriter()
  let nNames = 0
  let nConcepts = 0
  let offset = 0
  const add = (name: Name, label: number, isFirst: boolean): void => {
    if (nNames % STRIDE === 0) {
      offsets.push(offset)
      concepts.push(nConcepts)
    }
    const tag = label * 8 + NAME_KINDS.indexOf(name.kind)
    record.clear()
    record.varint(tag * 4 + (name.count > 0 ? 2 : 0) + (isFirst ? 1 : 0))
    if (name.count > 0) record.varint(name.count)
    record.text(name.text)
    file.write(record.view())
    offset += record.length
    if (offset > 0xffff_ffff) throw tooLarge('names')
    counts[label]!.nNames += 1
    nNames += 1
  }
  return {
    get nNames() {
      return nNames
    },
    counts,
    add(names) {
      const seen: number[] = []
      for (let i = 0; i < names.length; i += 1) {
        const label = numbers.get(names[i]!.source) ?? 0
        add(names[i]!, label, i === 0)
        if (seen.includes(label)) continue
        counts[label]!.nConcepts += 1
        seen.push(label)
      }
      nConcepts += 1
    },
    finish() {
      offsets.push(offset)
      file.next()
      file.write(offsets.view())
      file.next()
      file.write(concepts.view())
      file.finish()
    },
    abandon: () => file.abandon(),
  }
}
