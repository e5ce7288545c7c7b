import type { PassageKind, Problem, SectionKind, Span } from '../core/index.ts'
import type { Macros } from './latex/state.ts'
import type { Prose } from './mask.ts'

/**
 * One block of prose as a format's parser gives it: a paragraph, a caption, a row of a table. Positions count from
 * `start`, so that a block means the same wherever it stands and can be kept while the author edits elsewhere.
 */
export interface Block extends Prose {
  readonly kind: PassageKind
  /** For headings: rank in the format, 1 for the topmost (`#`, `\section`); 0 and below for `\chapter` and `\part`. */
  readonly rank?: number
  /** The section kind when the markup names it (`\begin{abstract}`, `\title`, YAML `abstract:`). */
  readonly sectionKind?: SectionKind
  /** Sentences when the markup gives them: the cells of a row. `undefined`: to be found in the text. */
  readonly sentences?: readonly Span[]
}

/** A block and where in the file its position 0 lies, in UTF-16 units. */
export interface PlacedBlock {
  readonly start: number
  readonly block: Block
}

/** `\input{path}`: the blocks of another file stand here. */
export interface Inclusion {
  readonly start: number
  /** The path as written. */
  readonly path: string
  /** The whole command. */
  readonly span: Span
}

/** What a format's parser gives for one file: blocks and inclusions in reading order. */
export interface ParsedFile {
  readonly items: readonly (PlacedBlock | Inclusion)[]
  /** With spans in the file, without `file`. */
  readonly problems: readonly Problem[]
}

/** A format's parser that may remember the text parsed before and reuse what did not change. */
export interface BlockParser {
  /** `macros`: those of the whole project, in LaTeX. */
  parse(text: string, macros?: Macros): ParsedFile
}
