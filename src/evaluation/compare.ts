import type { EvaluationReport } from './evaluate.ts'

/** A report and the pipeline that it is about. */
export interface PipelineReport extends EvaluationReport {
  /** As it was asked for: a preset's name or a path. */
  readonly pipeline: string
}

/** Rows of the comparison; those that no report has are left out. Percentages but for the last two. */
const ROWS: readonly (readonly [name: string, figure: (report: EvaluationReport) => number | undefined])[] = [
  ['Acc@1, all', ({ accuracyAt1 }) => accuracyAt1],
  ['Acc@1, in the knowledge base', ({ accuracyAt1InKb }) => accuracyAt1InKb],
  ['gain over retrieval', ({ gainOverRetrieval }) => gainOverRetrieval],
  ['recall of retrieval @10', ({ recallAt }) => recallAt?.['10']],
  ['recall of retrieval @64', ({ recallAt }) => recallAt?.['64']],
  ['calibration error', ({ calibrationError }) => calibrationError],
  ['mentions, strict F1', ({ detection }) => detection?.strict.f1],
  ['mentions, relaxed F1', ({ detection }) => detection?.relaxed.f1],
  ['concepts, strict precision', ({ endToEnd }) => endToEnd?.strict.precision],
  ['concepts, strict recall', ({ endToEnd }) => endToEnd?.strict.recall],
  ['concepts, strict F1', ({ endToEnd }) => endToEnd?.strict.f1],
  ['concepts, relaxed F1', ({ endToEnd }) => endToEnd?.relaxed.f1],
]

const NAME_WIDTH = 30

/** Reports about one corpus side by side, a column for each pipeline. */
export function comparisonText(reports: readonly PipelineReport[]): string {
  const [first] = reports
  if (!first) return ''
  const names = reports.map(({ pipeline }) => pipeline.split(/[\\/]/).at(-1) ?? pipeline)
  const width = Math.max(9, ...names.map((name) => name.length)) + 2
  const row = (name: string, cells: readonly string[]): string =>
    `  ${name.padEnd(NAME_WIDTH)}${cells.map((cell) => cell.padStart(width)).join('')}`
  const figures = ROWS.flatMap(([name, figure]) => {
    const values = reports.map(figure)
    const cells = values.map((value) => (value === undefined ? '' : (100 * value).toFixed(1)))
    return values.some((value) => value !== undefined) ? row(name, cells) : []
  })
  return [
    `${first.corpus}: ${first.task}, ${first.n.toLocaleString('en')} mentions in ${first.nDocuments.toLocaleString('en')} documents`,
    row('', names),
    ...figures,
    row(
      'words per second',
      reports.map(({ wordsPerSecond }) => Math.round(wordsPerSecond).toLocaleString('en')),
    ),
    row(
      'peak memory, MiB',
      reports.map(({ peakMiB }) => (peakMiB === undefined ? '' : peakMiB.toFixed(0))),
    ),
    '',
  ].join('\n')
}
