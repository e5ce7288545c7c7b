import { lengthIn, type OffsetUnit } from '../offsets.ts'
import type { BiocAnnotation, BiocPassage } from './types.ts'

/** A gap longer than this between two stretches of text is taken for a damaged offset. */
const MAX_GAP = 10_000

/**
 * The text of a passage in either form. Sentences stand at their offsets, gaps between them filled with blanks, as the
 * validator of the Python package `bioc` fills them.
 */
export function textOfPassage(passage: BiocPassage, unit: OffsetUnit): string {
  if (passage.text !== undefined) return passage.text
  return placeAt(
    passage.sentences.map(({ offset, text = '' }) => ({ offset: offset - passage.offset, text })),
    { unit, filler: ' ' },
  ).text
}

/** All annotations of a passage, those of its sentences too. */
export function annotationsIn(passage: BiocPassage): readonly BiocAnnotation[] {
  return [...passage.annotations, ...passage.sentences.flatMap(({ annotations }) => annotations)]
}

/** Texts put at their offsets. */
export interface Placed {
  readonly text: string
  /** Where each text starts, in UTF-16 units. */
  readonly starts: readonly number[]
}

/** Puts texts at their offsets and fills the gaps; texts that overlap, or stand absurdly far apart, follow with one filler between. */
export function placeAt(
  texts: readonly { readonly offset: number; readonly text: string }[],
  { unit, filler }: { unit: OffsetUnit; filler: string },
): Placed {
  let joined = ''
  let position = 0
  const starts = texts.map(({ offset, text }, i) => {
    const gap = offset - position
    const isPlausible = gap >= 0 && gap <= MAX_GAP
    const fill = isPlausible ? filler.repeat(gap) : i > 0 ? filler : ''
    const start = joined.length + fill.length
    joined += fill + text
    position = (isPlausible ? offset : position + fill.length) + lengthIn(text, unit)
    return start
  })
  return { text: joined, starts }
}
