import type { Problem, Span } from '../../core/index.ts'
import { createOffsetMap, type OffsetMap, type OffsetUnit } from '../offsets.ts'
import { annotationsIn, placeAt, textOfPassage } from './text.ts'
import type { BiocAnnotation, BiocDocument, BiocPassage } from './types.ts'

/** A document's text in UTF-16, with every passage and annotation in its place. */
export interface Layout {
  /** The passages at their offsets; gaps are filled with line breaks. */
  readonly text: string
  readonly passages: readonly PlacedPassage[]
  readonly problems: readonly Problem[]
}

export interface PlacedPassage {
  readonly passage: BiocPassage
  readonly text: string
  /** Where the passage starts in the document's text, in UTF-16 units. */
  readonly start: number
  /** In the order of the file; annotations that stand nowhere are not here but in the problems. */
  readonly mentions: readonly PlacedAnnotation[]
}

export interface PlacedAnnotation {
  readonly annotation: BiocAnnotation
  /** In the passage's text, UTF-16 units; from the first to the last location of a discontinuous mention. */
  readonly span: Span
}

/**
 * Finds where annotations stand. When the text at an annotation's offsets is not its text, it is looked for relative to
 * the passage (a known bug of other writers), then at its nearest occurrence in the passage; what was done is a problem.
 */
export function layOut(document: BiocDocument, unit: OffsetUnit): Layout {
  const texts = document.passages.map((passage) => textOfPassage(passage, unit))
  const { text, starts } = placeAt(
    document.passages.map(({ offset }, i) => ({ offset, text: texts[i] ?? '' })),
    { unit, filler: '\n' },
  )
  const problems: Problem[] = []
  const passages = document.passages.map((passage, i) => {
    const place = {
      passage,
      text: texts[i] ?? '',
      map: createOffsetMap(texts[i] ?? '', unit),
      problems,
      document,
    }
    const mentions = annotationsIn(passage).flatMap((annotation) => placeAnnotation(annotation, place))
    return { passage, text: place.text, start: starts[i] ?? 0, mentions }
  })
  return { text, passages, problems }
}

interface Place {
  readonly document: BiocDocument
  readonly passage: BiocPassage
  readonly text: string
  readonly map: OffsetMap
  readonly problems: Problem[]
}

function placeAnnotation(annotation: BiocAnnotation, place: Place): PlacedAnnotation[] {
  const stated = spanAt(annotation, place.passage.offset, place.map)
  if (stated !== undefined && matches(annotation, stated, place)) return [{ annotation, span: stated }]
  const relative = spanAt(annotation, 0, place.map)
  const isRelative = relative !== undefined && matches(annotation, relative, place)
  const span = isRelative ? relative : nearest(annotation.text, stated?.start ?? 0, place.text)
  place.problems.push(mismatch(annotation, { stated, repaired: span }, place))
  if (span !== undefined) return [{ annotation, span }]
  return stated === undefined ? [] : [{ annotation, span: stated }]
}

/** The stretch from the first to the last location; `undefined` when an end is outside the text or inside a character. */
function spanAt({ locations }: BiocAnnotation, offset: number, map: OffsetMap): Span | undefined {
  if (locations.length === 0) return undefined
  const start = map.toUtf16(Math.min(...locations.map((location) => location.offset)) - offset)
  const end = map.toUtf16(
    Math.max(...locations.map((location) => location.offset + location.length)) - offset,
  )
  return start === undefined || end === undefined || start >= end ? undefined : { start, end }
}

function matches({ text, locations }: BiocAnnotation, { start, end }: Span, place: Place): boolean {
  // The parts of a discontinuous mention are joined in as many ways as there are writers.
  if (text === '' || locations.length > 1) return true
  return blanks(place.text.slice(start, end)) === blanks(text)
}

function blanks(text: string): string {
  return text.replace(/\s/g, ' ')
}

function nearest(wanted: string, position: number, text: string): Span | undefined {
  if (wanted === '') return undefined
  const before = text.lastIndexOf(wanted, position)
  const after = text.indexOf(wanted, position)
  if (before < 0 && after < 0) return undefined
  const isBefore = before >= 0 && (after < 0 || position - before <= after - position)
  const start = isBefore ? before : after
  return { start, end: start + wanted.length }
}

function mismatch(
  annotation: BiocAnnotation,
  { stated, repaired }: { stated: Span | undefined; repaired: Span | undefined },
  place: Place,
): Problem {
  const locations = annotation.locations.map(({ offset, length }) => `${offset}+${length}`).join(', ')
  const found = stated === undefined ? 'no text' : JSON.stringify(place.text.slice(stated.start, stated.end))
  const fate =
    repaired !== undefined
      ? 'its nearest occurrence in the passage is used'
      : stated === undefined
        ? 'it is left out'
        : 'the offsets are believed'
  return {
    code: 'annotation-offset',
    severity: repaired === undefined && stated === undefined ? 'error' : 'warning',
    message: `Document ${place.document.id}, annotation ${annotation.id}: at ${locations || 'no location'} stands ${found}, not ${JSON.stringify(annotation.text)}; ${fate}. Offsets are absolute in the document.`,
  }
}
