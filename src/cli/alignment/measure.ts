import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { columnIndex, termReader, textOf, type Table, type TermColumns } from '../../alignment/index.ts'
import {
  alignmentReportText,
  evaluateAlignment,
  type GoldTerm,
  type TermDetails,
} from '../../evaluation/index.ts'
import { writeOut } from '../output.ts'
import { interruptToken, stderrProgress } from '../terminal.ts'
import type { OpenAligner } from './openAligner.ts'

/** How to measure. */
export interface MeasureOptions {
  readonly name: string
  readonly columns: TermColumns
  /** The column with the right ids, "|" between several; empty where no concept is right. */
  readonly gold: string
  readonly acceptFrom: number
  readonly reviewFrom: number
  readonly json: boolean
  /** A file for the evidence of every term, as JSON lines: what the recipe fits. */
  readonly details: string | undefined
}

/** Measures alignment on a table that has the right ids, and prints the figures. */
export async function measureAlignment(
  aligner: OpenAligner,
  table: Table,
  options: MeasureOptions,
): Promise<void> {
  const progress = stderrProgress(`${options.name}: term`)
  const details = options.details === undefined ? undefined : createWriteStream(options.details)
  const report = await evaluateAlignment({
    ...aligner,
    gold: goldTerms(table, options),
    acceptFrom: options.acceptFrom,
    reviewFrom: options.reviewFrom,
    token: interruptToken(),
    progress,
    ...(details
      ? { onTerm: (one: TermDetails) => void details.write(`${JSON.stringify(detailsLine(one))}\n`) }
      : {}),
  })
  progress.done()
  if (details) {
    details.end()
    await finished(details)
  }
  writeOut(options.json ? `${JSON.stringify(report)}\n` : alignmentReportText(options.name, report))
}

function goldTerms(table: Table, { columns, gold }: MeasureOptions): GoldTerm[] {
  const read = termReader(table, columns)
  const ids = columnIndex(table, gold)
  return table.rows.flatMap((row) => {
    const term = read(row)
    const right = textOf(row[ids])
      .split('|')
      .map((id) => id.trim())
      .filter((id) => id !== '')
    return term ? [{ term, ids: right }] : []
  })
}

function detailsLine({ term, nRight, evidence, isRight }: TermDetails): unknown {
  const candidates = evidence.map(({ names, encoder, dense }, i) => ({
    right: isRight[i],
    names: Object.values(names),
    ...(encoder === undefined ? {} : { encoder }),
    ...(dense === undefined ? {} : { dense }),
  }))
  return { term, nRight, features: Object.keys(evidence[0]?.names ?? {}), candidates }
}
