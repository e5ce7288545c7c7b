import type { DetectorFigures, DetectorReport } from './detectors.ts'
import type { PrecisionRecall } from './metrics.ts'

/** Detectors as columns, figures as rows: percentages, times in milliseconds. */
export function detectorReportText({ corpus, nDocuments, nPassages, n, detectors }: DetectorReport): string {
  const lengths = Object.keys(detectors[0]?.detection.byLength ?? {})
  const groups = Object.keys(detectors[0]?.detection.byType ?? {})
  const rows: readonly (readonly [string, (figures: DetectorFigures) => string])[] = [
    ['strict P / R / F1', ({ detection }) => three(detection.strict)],
    ['relaxed P / R / F1', ({ detection }) => three(detection.relaxed)],
    ['spans only F1', ({ detection }) => percent(detection.spans.f1)],
    ...groups.map((group) => [
      `  ${group}, strict F1`,
      ({ detection }: DetectorFigures) => percent(detection.byType[group]?.f1),
    ] as const),
    ...lengths.map((length) => [
      `  ${length} ${length === '1' ? 'word' : 'words'}, strict / relaxed F1`,
      ({ detection }: DetectorFigures) =>
        `${percent(detection.byLength[length]?.f1)} / ${percent(detection.relaxedByLength[length]?.f1)}`,
    ] as const),
    ['ms per passage, mean', ({ passageMs }) => passageMs.mean.toFixed(1)],
    ['ms per passage, p50 / p95', ({ passageMs: { p50, p95 } }) => `${p50.toFixed(1)} / ${p95.toFixed(1)}`],
  ] // prettier-ignore
  const head = `${corpus}: detectors alone, ${count(n)} mentions in ${count(nPassages)} passages of ${count(nDocuments)} documents`
  const table = [
    row('', detectors.map(({ detector }) => detector)),
    ...rows.map(([name, cellOf]) => row(name, detectors.map(cellOf))),
  ] // prettier-ignore
  return [head, ...table, ...detectors.flatMap(countLine)].join('\n') + '\n'
}

const WIDTH = 24

const row = (name: string, cells: readonly string[]): string =>
  `  ${name.padEnd(30)} ${cells.map((cell) => cell.padStart(WIDTH)).join('')}`

function countLine({ detector, counts }: DetectorFigures): readonly string[] {
  if (!counts) return []
  const told = Object.entries(counts).map(([name, n]) => `${name} ${count(n)}`)
  return [`  ${detector}: ${told.join(', ')}`]
}

const three = ({ precision, recall, f1 }: PrecisionRecall): string =>
  `${percent(precision)} / ${percent(recall)} / ${percent(f1)}`

const percent = (share = 0): string => (100 * share).toFixed(1)

const count = (n: number): string => n.toLocaleString('en')
