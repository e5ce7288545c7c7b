import type { Interval } from './bootstrap.ts'
import type { DetectionFigures } from './detectionFigures.ts'
import type { StratumFigures } from './disambiguationFigures.ts'
import type { EndToEndFigures, EvaluationReport } from './evaluate.ts'
import type { PrecisionRecall, ReliabilityBin } from './metrics.ts'
import type { Mistake, MistakeCause, MistakeExample } from './mistakes.ts'

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
    ...reliabilityLines(report.reliability ?? []),
    ...Object.entries(strata ?? {}).flatMap(([what, { seen, unseen }]) => [
      stratumLine(`seen ${what}`, seen),
      stratumLine(`unseen ${what}`, unseen),
    ]),
    row(
      'also counted',
      `${count(report.nWithoutId ?? 0)} without id, ${count(report.nComposite ?? 0)} composite, ` +
        `${count(report.nAmbiguous ?? 0)} ambiguous, ${count(report.nMerged ?? 0)} merged`,
    ),
    ...mistakeLines(report.mistakes ?? [], report.n),
  ]
}

function stratumLine(name: string, figures: StratumFigures): string {
  const { n, nInKb, accuracyAt1, accuracyAt1InKb } = figures
  const inKb = `in the knowledge base ${percent(accuracyAt1InKb)}, ${count(nInKb)}`
  return row(`Acc@1, ${name}`, `${percent(accuracyAt1)}  (${count(n)} mentions; ${inKb})`)
}

/** Letters that the longest bar has. */
const BAR = 40

/** The reliability diagram: a bar for the share that is right, and a mark where it would be if probabilities could be believed. */
function reliabilityLines(bins: readonly ReliabilityBin[]): string[] {
  return bins
    .filter(({ n }) => n > 0)
    .map(({ from, to, n, probability, right }) => {
      const mark = Math.round(BAR * probability)
      const bar = '█'.repeat(Math.round(BAR * right)).padEnd(BAR + 1)
      const drawn = bar.slice(0, mark) + '│' + bar.slice(mark + 1)
      const range = `${percent(from).trim()}–${percent(to).trim()}`
      return row(`  said ${range}`, `${drawn} ${percent(right)} of ${count(n)} right`)
    })
}

const CAUSES: Readonly<Record<MistakeCause, string>> = {
  unknown: 'not in the knowledge base',
  'not-retrieved': 'not among the candidates',
  'not-read': 'ruled out by its names',
  'ranked-below': 'another one ranked above',
}

function mistakeLines(mistakes: readonly Mistake[], n: number): string[] {
  return mistakes.flatMap(({ cause, n: nOwn, examples }) => [
    row(`wrong: ${CAUSES[cause]}`, `${percent(n === 0 ? 0 : nOwn / n)}  (${count(nOwn)})`),
    ...examples.map(exampleLine),
  ])
}

function exampleLine({ text, gold, right, best, probability }: MistakeExample): string {
  const meant = [...(right === undefined ? [] : [right]), gold.join(', ')].join(', ')
  return `    “${text}” is ${meant}; best: ${best ?? 'nothing'} (${percent(probability).trim()} %)`
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
