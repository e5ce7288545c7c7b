/** Where in a description something stands: keys, and indexes of lists. */
export type KeyPath = readonly (string | number)[]

/** Something in the description of a pipeline that keeps it from being run. */
export interface PipelineProblem {
  /** Kebab-case, for example `pipeline-unknown-key`. */
  readonly code: string
  /** What was found, what is allowed, and what to do; whole sentences. */
  readonly message: string
  /** Path of the file, or `preset NAME`. */
  readonly file: string
  /** In the file, UTF-16 units, half-open; empty at the beginning of a file that has no such place. */
  readonly start: number
  readonly end: number
  /** Counted from 1. */
  readonly line: number
  readonly column: number
}

/** A problem as a line for a terminal: `conceptlens.pipeline.yaml:3:5: …`. */
export function problemLine({ file, line, column, message }: PipelineProblem): string {
  return `${file}:${String(line)}:${String(column)}: ${message}`
}
