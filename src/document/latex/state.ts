import type { PassageKind, Problem, SectionKind, Span } from '../../core/index.ts'
import type { Mask, Prose } from '../mask.ts'
import { createReader, type SourceReader } from './reader.ts'
import type { EnvironmentKind } from './vocabulary.ts'

/** A block as the scanner finds it; positions count from the start of the file. */
export interface ScannedBlock extends Prose {
  readonly kind: PassageKind
  readonly rank?: number
  readonly sectionKind?: SectionKind
  readonly sentences?: readonly Span[]
}

/** A `\input` as the scanner finds it. */
export interface ScannedInclusion {
  readonly path: string
  readonly span: Span
}

/** What the scanner finds in one file, in the order in which things end. */
export interface Scan {
  readonly blocks: readonly ScannedBlock[]
  readonly inclusions: readonly ScannedInclusion[]
  readonly problems: readonly Problem[]
}

/** The prose that a macro stands for. */
export interface MacroText {
  /** Blanks are folded; one may stand at either end. */
  readonly text: string
  /** The definition ends with `\xspace`: a blank follows, unless what comes next says otherwise. */
  readonly isSpaced: boolean
}

/** The macros of a document that take no arguments and stand for prose, by their name without the backslash. */
export type Macros = Pick<ReadonlyMap<string, MacroText>, 'get'>

/** Where prose goes at the moment. */
export interface Sink {
  readonly mask: Mask
  readonly kind: PassageKind
  readonly rank?: number
  readonly sectionKind?: SectionKind
  /** Finished cells of the row, in a table. */
  readonly cells?: Prose[]
}

/** A brace or environment that is open. */
export interface Frame {
  readonly at: number
  /** The environment's name; `undefined` for a brace. */
  readonly environment?: string
  readonly environmentKind?: EnvironmentKind
  /** What the environment says its content is: `abstract`, `acknowledgements`. */
  readonly sectionKind?: SectionKind
  /** The sink to go back to when the frame closes and the present one is to be flushed. */
  readonly outer?: Sink
}

/** A scan under way. The scanner's functions take it, read what stands at `at`, and move `at` behind that. */
export interface ScanState {
  readonly source: string
  readonly read: SourceReader
  readonly macros: Macros
  readonly blocks: ScannedBlock[]
  readonly inclusions: ScannedInclusion[]
  readonly problems: Problem[]
  /** What is open, from the outermost on. */
  readonly frames: Frame[]
  sink: Sink
  /** The next position to read. */
  at: number
  /** Before `\begin{document}`: only titles and abstracts are prose. */
  inPreamble: boolean
  /** Behind `\appendix`. */
  isAppendix: boolean
  /** Where the label of a list item ends while it is read, at its `]`. */
  labelEnd?: number | undefined
}

/** A scan that stands at the beginning of `source`, with `sink` to take the first paragraph. */
export function startScan(source: string, macros: Macros, sink: Sink): ScanState {
  const read = createReader(source)
  return {
    source,
    read,
    macros,
    blocks: [],
    inclusions: [],
    problems: [],
    frames: [],
    sink,
    at: source.startsWith('\uFEFF') ? 1 : 0,
    inPreamble: read.documentStart > 0,
    isAppendix: false,
  }
}
