import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Uri, window, workspace } from 'vscode'
import {
  readSettings,
  SETTINGS_SECTION,
  type AlignmentReview,
  type AlignmentSummary,
  type Settings,
  type TableOverview,
} from '../../protocol/index.ts'
import { isRecord } from '../commands/target.ts'
import type { Host } from '../host.ts'
import { runWithProgress } from '../knowledgeBases/progressTask.ts'
import { runTask } from '../knowledgeBases/runTask.ts'
import { alignArguments, keyOf, type AlignmentTarget, type AlignmentWork } from './alignmentWork.ts'
import { askWork } from './askWork.ts'

/** What the commands on tables of terms work with. */
export interface AlignmentParts {
  readonly host: Host
  /** The built command line, which aligns in a process of its own. */
  readonly script: string
  /** Where what was found about terms is kept, so that the same table is aligned once. */
  readonly folder: string
  /** Shows terms for review. */
  review(work: AlignmentWork, review: AlignmentReview): void
}

/** The alignments of so many tables are kept, those used last. */
const KEPT = 20

/** Asks for a table and what of it, aligns it, and opens the review. An argument of others, or a test, may answer. */
export async function alignVocabulary(
  parts: AlignmentParts,
  argument?: unknown,
): Promise<AlignmentSummary | undefined> {
  const given = givenWork(argument)
  const table = given?.table ?? (argument instanceof Uri ? argument.fsPath : await askTable())
  if (table === undefined) return undefined
  const work = given ?? (await askRest(parts, table))
  return work && alignAndReview(parts, work)
}

async function askTable(): Promise<string | undefined> {
  const chosen = await window.showOpenDialog({
    title: 'Align Vocabulary: a table with a column of terms',
    openLabel: 'Align',
    filters: { Tables: ['csv', 'tsv', 'tab', 'xlsx'], 'All files': ['*'] },
  })
  return chosen?.[0]?.fsPath
}

async function askRest(parts: AlignmentParts, table: string): Promise<AlignmentWork | undefined> {
  const done = await runTask({ script: parts.script, args: ['align', table, '--list-columns'] })
  const wanted = done && (await askWork(done.result as TableOverview))
  return wanted && { table, ...wanted }
}

/** Aligns, or takes what is kept, and opens the review; offers to go on when it was cancelled. */
async function alignAndReview(
  parts: AlignmentParts,
  work: AlignmentWork,
): Promise<AlignmentSummary | undefined> {
  await mkdir(parts.folder, { recursive: true })
  await forgetOldest(parts.folder)
  const out = join(parts.folder, `${keyOf(work)}.review.json`)
  const summary = await runAlignment(parts, work, { out, format: 'review' })
  if (!summary) {
    void offerToGoOn(parts, work)
    return undefined
  }
  const review = JSON.parse(await readFile(out, 'utf8')) as AlignmentReview
  await rm(out, { force: true })
  parts.review(work, review)
  return summary
}

async function offerToGoOn(parts: AlignmentParts, work: AlignmentWork): Promise<void> {
  const goOn = 'Continue'
  const message = `The alignment of ${basename(work.table)} was stopped. What was found so far is kept.`
  if ((await window.showInformationMessage(message, goOn)) !== goOn) return
  await alignAndReview(parts, work).catch((error: unknown) => {
    void window.showErrorMessage(`ConceptLens: ${error instanceof Error ? error.message : String(error)}`)
  })
}

/** Runs the command line on a table; `undefined` when that was cancelled. */
export async function runAlignment(
  parts: Pick<AlignmentParts, 'script' | 'folder'>,
  work: AlignmentWork,
  target: Omit<AlignmentTarget, 'keep'>,
): Promise<AlignmentSummary | undefined> {
  const keep = join(parts.folder, `${keyOf(work)}.jsonl`)
  const args = alignArguments(work, { ...target, keep }, settingsFor(work.table))
  const doing = target.format === 'review' ? 'Aligning' : 'Exporting'
  const done = await runWithProgress(parts, `${doing} ${basename(work.table)}`, { args })
  return done && (done.result as AlignmentSummary)
}

function settingsFor(table: string): Settings {
  return readSettings(workspace.getConfiguration(SETTINGS_SECTION, Uri.file(table))).settings
}

async function forgetOldest(folder: string): Promise<void> {
  const files = await Promise.all(
    (await readdir(folder)).map(async (name) => {
      const path = join(folder, name)
      return { path, ms: (await stat(path)).mtimeMs }
    }),
  )
  for (const { path } of files.toSorted((a, b) => b.ms - a.ms).slice(KEPT)) await rm(path, { force: true })
}

function givenWork(argument: unknown): AlignmentWork | undefined {
  if (!isRecord(argument)) return undefined
  const { table, column, context, types = [], language = 'en' } = argument
  if (typeof table !== 'string' || typeof column !== 'string' || typeof language !== 'string')
    return undefined
  return {
    table,
    column,
    types: Array.isArray(types) ? types.map(String) : [],
    language,
    ...(typeof context === 'string' ? { context } : {}),
  }
}
