import type { Interval } from './bootstrap.ts'
import type { DetectionFigures } from './detectionFigures.ts'
import type { EndToEndFigures, EvaluationReport } from './evaluate.ts'
import type { PrecisionRecall } from './metrics.ts'

/** Writes a report for people: percentages, one figure a line. */
export function reportText(report: EvaluationReport): string {
  const { corpus, task, nDocuments, n, nInKb, wordsPerSecond, detection, endToEnd } = report
  const coverage = n === 0 ? '' : ` (${percent(nInKb / n)} % in the knowledge base)`
  const lines = [
    `${corpus}: ${task}, ${count(n)} mentions in ${count(nDocuments)} documents${coverage}`,
    ...disambiguationLines(report),
    ...(detection === undefined ? [] : detectionLines(detection)),
    ...(endToEnd === undefined ? [] : endToEndLines(endToEnd)),
    row('words per second', count(Math.round(wordsPerSecond))),
    ...(report.peakMiB === undefined ? [] : [row('peak memory, MiB', count(Math.round(report.peakMiB)))]),
  ]
  return lines.join('\n') + '\n'
}

function disambiguationLines(report: EvaluationReport): string[] {
  const {
    accuracyAt1,
    accuracyAt1InKb = 0,
    recallAt = {},
    nil,
    calibrationError = 0,
    strata,
    intervals,
  } = report
  if (accuracyAt1 === undefined) return []
  return [
    row('Acc@1, all', percent(accuracyAt1) + range(intervals?.accuracyAt1)),
    row('Acc@1, in the knowledge base', percent(accuracyAt1InKb)),
    row('gain over retrieval', percent(report.gainOverRetrieval ?? 0) + range(intervals?.gainOverRetrieval)),
    row(
      'recall of retrieval',
      Object.entries(recallAt)
        .map(([k, value]) => `@${k} ${percent(value)}`)
        .join('  '),
    ),
    ...(nil === undefined ? [] : [row('none of these', threeFigures(nil))]),
    row('calibration error', percent(calibrationError)),
    ...Object.entries(strata ?? {}).map(([name, figures]) =>
      row(
        `Acc@1, ${name} forms`,
        `${percent(figures.accuracyAt1)}  (${count(figures.n)} mentions; in the knowledge base ${percent(figures.accuracyAt1InKb)}, ${count(figures.nInKb)})`,
      ),
    ),
    row(
      'also counted',
      `${count(report.nWithoutId ?? 0)} without id, ${count(report.nComposite ?? 0)} composite, ` +
        `${count(report.nAmbiguous ?? 0)} ambiguous, ${count(report.nMerged ?? 0)} merged`,
    ),
  ]
}

function detectionLines(figures: DetectionFigures): string[] {
  const { strict, relaxed, spans, byType, byLength, relaxedByLength } = figures
  return [
    row('mentions, strict', threeFigures(strict)),
    row('mentions, relaxed', threeFigures(relaxed)),
    row('mentions, spans only', threeFigures(spans)),
    ...Object.entries(byType).map(([group, ofGroup]) => row(`  ${group}`, threeFigures(ofGroup))),
    ...Object.entries(byLength).map(([length, ofLength]) =>
      row(
        `  of ${length} ${length === '1' ? 'word' : 'words'}`,
        `${threeFigures(ofLength)}  relaxed F1 ${percent(relaxedByLength[length]?.f1 ?? 0)}`,
      ),
    ),
  ]
}

function endToEndLines({ strict, relaxed }: EndToEndFigures): string[] {
  return [row('concepts, strict', threeFigures(strict)), row('concepts, relaxed', threeFigures(relaxed))]
}

function threeFigures({ precision, recall, f1 }: PrecisionRecall): string {
  return `P ${percent(precision)}  R ${percent(recall)}  F1 ${percent(f1)}`
}

function row(name: string, value: string): string {
  return `  ${name.padEnd(30)} ${value}`
}

function range(interval: Interval | undefined): string {
  return interval === undefined ? '' : `  (${percent(interval.low)} to ${percent(interval.high)})`
}

function percent(share: number): string {
  return (100 * share).toFixed(1).padStart(5)
}

function count(n: number): string {
  return n.toLocaleString('en')
}
