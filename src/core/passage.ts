import type { Problem } from './problem.ts'
import type { Span } from './span.ts'

/** What a section of a paper is about; names follow BioC's `section_type` practice. */
export type SectionKind =
  | 'title'
  | 'abstract'
  | 'introduction'
  | 'methods'
  | 'results'
  | 'discussion'
  | 'conclusion'
  | 'acknowledgements'
  | 'references'
  | 'supplement'
  | 'other'

/** The heading a passage stands under. */
export interface Section {
  readonly kind: SectionKind
  /** The heading's rendered prose; empty before the first heading. */
  readonly title: string
  /** 1 for the topmost heading level used by the format, 0 before the first heading. */
  readonly level: number
}

/** What kind of block a passage was cut from. */
export type PassageKind =
  'title' | 'heading' | 'paragraph' | 'list' | 'caption' | 'table' | 'footnote' | 'quote'

/**
 * One piece of a piecewise-linear map from prose to source.
 * When both lengths are equal the piece maps unit by unit; otherwise, or when it says so, the whole piece of prose
 * stands for the whole piece of source (`\"o` → `ö`), and no position strictly inside it has a counterpart.
 */
export interface Segment {
  readonly prose: Span
  readonly source: Span
  /** The piece stands as a whole although both lengths are equal: `\tgfb` → `TGF-β`. Left out where lengths differ. */
  readonly isWhole?: true
}

/**
 * A stretch of prose of one section that fits the model's window, cut at sentence ends.
 * `text` is what an author would read aloud: markup, math, citations and code are gone, entities are decoded.
 *
 * @example `\textit{BRCA1}s bind` gives the text `BRCA1s bind` with segments `BRCA1` → 8–13 and `s bind` → 14–20.
 */
export interface Passage {
  /** The file (URI or path) whose source the segments point into; `\input` makes one document of several files. */
  readonly file: string
  readonly text: string
  /** Sorted, not overlapping, covering all of `text`. */
  readonly segments: readonly Segment[]
  /** The smallest span of the source holding every segment. */
  readonly source: Span
  readonly kind: PassageKind
  readonly section: Section
  /** Sentences, as spans of `text`: sorted, not overlapping. */
  readonly sentences: readonly Span[]
}

/** A parsed manuscript: what the rest of the program knows of a file. Passages are in reading order. */
export interface Manuscript {
  readonly file: string
  readonly format: ManuscriptFormat
  readonly passages: readonly Passage[]
  readonly problems: readonly Problem[]
}

export type ManuscriptFormat = 'markdown' | 'latex' | 'text'
