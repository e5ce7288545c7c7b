import type { Manuscript, Passage, Problem, Section, Span } from '../../core/index.ts'
import { identifiersOf, type GoldIdentifiers } from '../identifiers.ts'
import type { OffsetUnit } from '../offsets.ts'
import { groupOfType } from '../semanticGroups.ts'
import { cutText, type Cut } from './cut.ts'
import { layOut, type PlacedAnnotation, type PlacedPassage } from './layout.ts'
import { kindOf, sectionKindOf } from './passageInfons.ts'
import type { BiocDocument } from './types.ts'

/** A mention that a corpus or another tool marked. */
export interface MarkedMention extends GoldIdentifiers {
  /** In the prose of its passage, UTF-16 units. A discontinuous mention is covered from its first part to its last. */
  readonly span: Span
  readonly text: string
  /** As the file has it, for example `Disease` or `T047`; empty when it says nothing. */
  readonly type: string
  /** The semantic group of the type; `undefined` when the type does not tell, TUIs included. */
  readonly group?: string
  readonly isDiscontinuous: boolean
  /** Id of the annotation in its document. */
  readonly annotationId: string
}

/** A BioC document as a manuscript, with the mentions marked in it. */
export interface BiocManuscript {
  readonly id: string
  /** Its passages' segments point into {@link text}. */
  readonly manuscript: Manuscript
  /** The text of the whole document, gaps between passages filled with line breaks. */
  readonly text: string
  /** Per passage of the manuscript, sorted by start, then the longer first. They may overlap. */
  readonly mentions: readonly (readonly MarkedMention[])[]
}

/**
 * Makes a manuscript of a BioC document, so that it can be linked like any other. Each BioC passage becomes one
 * passage, or several when it is too long for the model; none is cut inside a mention.
 *
 * @param unit what the document's offsets count, see `offsetUnitOf`.
 * @param file the name that the manuscript and its passages get.
 */
export function biocToManuscript(document: BiocDocument, unit: OffsetUnit, file: string): BiocManuscript {
  const { text, passages, problems } = layOut(document, unit)
  const parts = passages.flatMap((placed) => partsOf(placed, file))
  return {
    id: document.id,
    manuscript: {
      file,
      format: 'text',
      passages: parts.map(({ passage }) => passage),
      problems: problems.map((problem): Problem => ({ ...problem, file })),
    },
    text,
    mentions: parts.map(({ mentions }) => mentions),
  }
}

interface Part {
  readonly passage: Passage
  readonly mentions: readonly MarkedMention[]
}

function partsOf(placed: PlacedPassage, file: string): Part[] {
  const { passage, text, mentions } = placed
  const kind = kindOf(passage.infons)
  const isHeading = kind === 'heading'
  const section: Section = {
    kind: sectionKindOf(passage.infons),
    title: isHeading ? text : (passage.infons['section'] ?? ''),
    level: isHeading ? Number(/\d+$/.exec(passage.infons['type'] ?? '')?.[0] ?? 1) : 0,
  }
  const cuts = cutText(
    text,
    mentions.map(({ span }) => span),
  )
  return cuts.map((cut) => ({
    passage: { ...passageOf(cut, placed), file, kind, section },
    mentions: mentions
      .filter(({ span }) => contains(cut.span, span))
      .map((mention) => markedMention(mention, cut, text))
      .sort(byStart),
  }))
}

function passageOf(
  { span, sentences }: Cut,
  { text, start }: PlacedPassage,
): Omit<Passage, 'file' | 'kind' | 'section'> {
  const source = { start: start + span.start, end: start + span.end }
  return {
    text: text.slice(span.start, span.end),
    segments: [{ prose: { start: 0, end: span.end - span.start }, source }],
    source,
    sentences: sentences.map((sentence) => moved(sentence, -span.start)),
  }
}

function markedMention({ annotation, span }: PlacedAnnotation, cut: Cut, text: string): MarkedMention {
  const type = annotation.infons['type'] ?? ''
  const group = groupOfType(type)
  return {
    span: moved(span, -cut.span.start),
    text: text.slice(span.start, span.end),
    type,
    ...(group === undefined ? {} : { group }),
    ...identifiersOf(annotation.infons),
    isDiscontinuous: annotation.locations.length > 1,
    annotationId: annotation.id,
  }
}

function contains(outer: Span, inner: Span): boolean {
  return outer.start <= inner.start && inner.end <= outer.end
}

function moved({ start, end }: Span, by: number): Span {
  return { start: start + by, end: end + by }
}

function byStart(a: MarkedMention, b: MarkedMention): number {
  return a.span.start - b.span.start || b.span.end - a.span.end
}
