/**
 * What a long task and the one who started it say to each other. A task is the command line run as a child process with
 * a channel (`child_process.fork`): it does as in a terminal, and tells of its progress and its end on the channel too.
 */
export type TaskEvent =
  | TaskProgress
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  | { readonly kind: 'cancelled' }

export interface TaskProgress {
  readonly kind: 'progress'
  /** What is being done, as a word or two: `imported`, `MONDO`. */
  readonly label: string
  readonly done: number
  /** The end of `done`; 1 when it is a share; 0 when it is not known. */
  readonly total: number
  readonly unit: TaskUnit
}

/** What `done` and `total` of a {@link TaskProgress} count. */
export type TaskUnit = 'share' | 'things' | 'bytes'

/** What the one who started a task tells it: to stop at its next step. At the end of the channel it ends at once. */
export const CANCEL_TASK = 'cancel'

/** What `kb import` and `kb get` answer when they are done. */
export interface ImportSummary {
  readonly name: string
  /** The folder of the knowledge base. */
  readonly out: string
  /** The files it was built from, as absolute paths. */
  readonly sources: readonly string[]
  /** False when it was up to date. */
  readonly built: boolean
  readonly nConcepts: number
  readonly nNames: number
  readonly nJoined: number
  readonly nConflicts: number
  readonly nProblems: number
  /** The first of them, with file and line, as lines for people. */
  readonly problems: readonly string[]
  /** Whether it went on with an import that had been interrupted, or why not, for people; empty when there was none. */
  readonly interrupted: string
}

/** An import whose process was killed, as `kb unfinished` tells. */
export interface UnfinishedImport {
  /** The folder of the knowledge base it would have made. */
  readonly out: string
  /** For people: `2 of 3 sources were read`. */
  readonly howFar: string
}

/** An open ontology that `kb get` can fetch, as `kb get --list --json` and the editor show it. */
export interface OpenOntologyItem {
  readonly id: string
  readonly title: string
  readonly about: string
  readonly licence: { readonly name: string; readonly url: string }
  /** Whether the licence was accepted before. */
  readonly accepted: boolean
  /** About how much is downloaded. */
  readonly aboutBytes: number
}
