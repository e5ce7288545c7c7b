import type { Span } from '../../core/index.ts'
import type { Frame, ScanState } from './state.ts'

/** Problems beyond these are not worth a list: the file is something else. */
const MAX_PROBLEMS = 200

/** Reports a problem, unless it lies in the preamble, where TeX is not prose. */
export function report({ inPreamble, problems }: ScanState, code: string, span: Span, message: string): void {
  if (!inPreamble && problems.length < MAX_PROBLEMS)
    problems.push({ code, severity: 'warning', message, span })
}

/** Reports that a brace or environment is never closed. */
export function reportUnclosed(
  scan: ScanState,
  { at, environment }: Pick<Frame, 'at' | 'environment'>,
): void {
  const length = environment === undefined ? 1 : `\\begin{${environment}}`.length
  const span = { start: at, end: Math.min(at + length, scan.source.length) }
  if (environment === undefined)
    report(scan, 'latex-unclosed-group', span, 'This brace is never closed. Close it with }.')
  else
    report(
      scan,
      'latex-unclosed-environment',
      span,
      `The environment ${environment} is never closed. Close it with \\end{${environment}}.`,
    )
}
