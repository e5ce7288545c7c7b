import { createOffsetMap, OFFSET_UNITS, type OffsetUnit } from '../offsets.ts'
import { annotationsIn, textOfPassage } from './text.ts'
import type { BiocCollection, BiocPassage } from './types.ts'

/** The collection infon that says what offsets count: `code-point`, `byte` or `utf16`. */
export const OFFSET_UNIT_INFON = 'offset_unit'

/**
 * What the offsets of a collection count: what its infon says, else the unit in which most annotations match their
 * text, code points when they match as well as any.
 */
export function offsetUnitOf(collection: BiocCollection): OffsetUnit {
  const stated = OFFSET_UNITS.find((unit) => unit === collection.infons[OFFSET_UNIT_INFON])
  if (stated !== undefined) return stated
  // Only text in which the units differ can tell.
  const telling = collection.documents.filter((document) =>
    document.passages.some((passage) => /[^\0-\x7f]/.test(textOfPassage(passage, 'code-point'))),
  )
  const passages = telling.flatMap((document) => document.passages)
  const matches = OFFSET_UNITS.map((unit) =>
    passages.reduce((sum, passage) => sum + nMatches(passage, unit), 0),
  )
  return OFFSET_UNITS[matches.indexOf(Math.max(...matches))] ?? 'code-point'
}

function nMatches(passage: BiocPassage, unit: OffsetUnit): number {
  const text = textOfPassage(passage, unit)
  const map = createOffsetMap(text, unit)
  return annotationsIn(passage).filter(({ locations: [location], text: expected }) => {
    if (location === undefined || expected === '') return false
    const start = map.toUtf16(location.offset - passage.offset)
    return start !== undefined && text.startsWith(expected, start)
  }).length
}
