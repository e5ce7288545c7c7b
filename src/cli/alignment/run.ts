import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  alignTerms,
  decide,
  DECISIONS_FILE,
  JOURNAL_SUFFIX,
  readSssom,
  readTermDecisions,
  termKey,
  type Alignment,
  type DecidedTerm,
  type Decision,
  type PersonsDecision,
  type TermsOfTable,
  type Thresholds,
} from '../../alignment/index.ts'
import type { CancellationToken, Logger, Progress } from '../../core/index.ts'
import { readText } from '../inputs.ts'
import { openJournal } from './journalFile.ts'
import type { OpenAligner } from './openAligner.ts'

/** The terms of a table, aligned. */
export interface AlignmentRunOptions {
  readonly terms: TermsOfTable
  /** The file that is written; the journal stands beside it. Without one, and without `keep`, nothing can be gone on with. */
  readonly out: string | undefined
  /** A journal that stays when the work is done, so that the same work is not done again. */
  readonly keep: string | undefined
  readonly token: CancellationToken
  readonly progress: Progress
}

/**
 * Aligns terms; goes on with what an earlier run has left. `finish` deletes that, unless it is kept, once the result is
 * written, so that a result which could not be written costs nothing again.
 */
export async function alignTable(
  aligner: OpenAligner,
  { terms, out, keep, token, progress }: AlignmentRunOptions,
): Promise<{ readonly alignments: readonly Alignment[]; readonly nBefore: number; finish(): Promise<void> }> {
  const path = keep ?? (out === undefined ? undefined : out + JOURNAL_SUFFIX)
  const journal = path === undefined ? undefined : await openJournal(path, aligner.fingerprint, terms.terms)
  const alignments: Alignment[] = [...(journal?.done ?? [])]
  const nBefore = alignments.length
  try {
    await alignTerms(terms.terms, aligner, {
      nDone: nBefore,
      async onBatch(batch) {
        alignments.push(...batch)
        await journal?.append(batch)
      },
      token,
      progress,
    })
  } catch (error) {
    await journal?.close()
    throw error
  }
  return {
    alignments,
    nBefore,
    finish: async () => (keep === undefined ? journal?.remove() : journal?.close()),
  }
}

/**
 * What people decided: the file named, which may hold SSSOM mappings, else the one of the table's folder if it is there.
 * @returns by `termKey`
 */
export async function personsDecisions(
  table: string,
  file: string | undefined,
  logger: Logger,
): Promise<ReadonlyMap<string, PersonsDecision>> {
  const path = file ?? join(dirname(table), DECISIONS_FILE)
  if (file === undefined && !existsSync(path)) return new Map()
  const text = await readText(path)
  if (/[.]tsv$/i.test(path)) return decisionsInSssom(text)
  const { value, problems } = readTermDecisions(text)
  for (const { message } of problems) logger.warn(`${path}: ${message}`)
  return value
}

/** Mappings that people made; those to review decide nothing. */
function decisionsInSssom(text: string): ReadonlyMap<string, PersonsDecision> {
  const { metadata, mappings } = readSssom(text)
  const decided = mappings.filter(
    ({ decidedBy, decision }) => decidedBy === 'person' && decision !== 'review',
  )
  return new Map(
    decided.map(({ term, concept }) => [
      termKey({ text: term }),
      { term, created: metadata.date, ...(concept ? { concept } : {}) },
    ]),
  )
}

/** Decides every term. */
export function decideAll(
  alignments: readonly Alignment[],
  thresholds: Thresholds,
  persons: ReadonlyMap<string, PersonsDecision>,
): DecidedTerm[] {
  return alignments.map((alignment) => decide(alignment, thresholds, persons))
}

/** How many terms have which decision. */
export function countDecisions(decided: readonly DecidedTerm[]): Record<Decision, number> {
  const counts = { accepted: 0, review: 0, none: 0 }
  for (const { decision } of decided) counts[decision] += 1
  return counts
}
