import type { Span } from './span.ts'

/** How much a {@link Problem} matters: `error` lost something, `warning` changed something, `info` is worth knowing. */
export type Severity = 'error' | 'warning' | 'info'

/**
 * Something wrong with an input that did not stop the work.
 * Parsers and importers return problems beside their value; they throw only for a caller's mistake or a failing machine.
 */
export interface Problem {
  /** Stable and kebab-case, for example `latex-unclosed-environment`. */
  readonly code: string
  readonly severity: Severity
  /** A sentence: what was found, what is allowed, what to do next. */
  readonly message: string
  /** The file or URI it is about, when there are several. */
  readonly file?: string
  /** Where in the source, in UTF-16 units. */
  readonly span?: Span
  /** 1-based line, for line-oriented inputs. */
  readonly line?: number
}

/** A failure with a stable code and a message that names the found value, the allowed values and the next step. */
export class ConceptLensError extends Error {
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ConceptLensError'
    this.code = code
  }
}
