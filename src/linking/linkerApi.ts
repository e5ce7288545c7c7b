import type {
  CancellationToken,
  Candidate,
  Link,
  LinkedManuscript,
  LinkedPassage,
  Manuscript,
  PassageTrace,
  Progress,
  Span,
} from '../core/index.ts'
import type { Pipeline } from '../pipeline/index.ts'
import type { Decision } from './decisions/index.ts'
import type { Explanation } from './explanation.ts'
import type { ConceptSearch } from './search/index.ts'

/** What one call of {@link Linker.link} may be given. */
export interface LinkOptions {
  /** The author's decisions, already resolved (see `readDecisions`). */
  readonly decisions?: readonly Decision[]
  /** Checked between passages; cancelling throws `CancelledError`. Finished passages stay in the cache. */
  readonly token?: CancellationToken
  /** Counts passages. */
  readonly progress?: Progress
  /** Indexes of passages to link first (the visible ones), in this order; the others follow in reading order. */
  readonly order?: readonly number[]
  /** Indexes of the passages to link, in this order; the others are not linked, and missing in the answer. Default: all. */
  readonly only?: readonly number[] | undefined
  /**
   * Called as soon as a passage has its links. `soFar` gives all passages that have theirs, made to agree as well as they
   * can be without the others; it takes some milliseconds. The final answer is the returned one.
   */
  readonly onPassage?: (index: number, soFar: () => readonly LinkedPassage[]) => void
  /** Where the author types. */
  readonly focus?: LinkFocus | undefined
  /** Mentions to link instead of detected ones, per passage, as spans of its prose: sorted, not overlapping. */
  readonly given?: readonly (readonly GivenMention[])[]
}

/** A place that is linked before the rest of its passage. */
export interface LinkFocus {
  readonly file: string
  /** In the file, UTF-16 units. */
  readonly offset: number
  /**
   * Called when the mentions nearest to the place are ranked and others of the passage are not: gets the passage with
   * these links alone. Not called when the whole passage is known at once.
   */
  readonly onLinked: (nearest: LinkedPassage) => void
}

/** A mention that somebody else found. */
export interface GivenMention {
  /** In the passage's prose, UTF-16 units. */
  readonly span: Span
  /** Its semantic group when known. */
  readonly group?: string
}

/** Links manuscripts to one knowledge base. Keeps what it knows of passages, so that linking after an edit is quick. */
export interface Linker {
  readonly pipeline: Pipeline
  /** Links every passage. Never throws for a broken engine (it falls back and says so once). */
  link(manuscript: Manuscript, options?: LinkOptions): Promise<LinkedManuscript>
  /** Why the word at a source offset (UTF-16 units of `file`) is linked or not. */
  explain(manuscript: Manuscript, file: string, offset: number, options?: LinkOptions): Promise<Explanation>
  /**
   * The way of the passage at a source offset (UTF-16 units of `file`) through the pipeline: it is gone again, stage by
   * stage. `undefined` outside prose.
   */
  trace(
    manuscript: Manuscript,
    file: string,
    offset: number,
    options?: LinkOptions,
  ): Promise<PassageTrace | undefined>
  /**
   * Links a selection, whatever the detectors say of it. The span is in UTF-16 units of `file`; blanks at its ends
   * are dropped. `undefined` when it holds no prose or crosses passages.
   */
  candidatesFor(manuscript: Manuscript, file: string, span: Span): Promise<Link | undefined>
  /**
   * The concepts that a text may name, as the pipeline's layers find them: what mentions with this text are ranked from, in the order
   * in which they were found.
   */
  retrieve(text: string, token?: CancellationToken): Promise<readonly Candidate[]>
  /** Collects what the first {@link search} needs: half a second with the starter knowledge base, in small steps. */
  readonly prepareSearch: ConceptSearch['prepare']
  /** Concepts for what a person types; see {@link ConceptSearch}. */
  readonly search: ConceptSearch['search']
}
