import { statSync } from 'node:fs'
import { basename } from 'node:path'
import { commands, window, type Uri } from 'vscode'
import {
  CLIENT_COMMANDS,
  type ImportSummary,
  type ReleaseFilters,
  type ReleaseSummary,
} from '../../protocol/index.ts'
import { isRecord } from '../commands/target.ts'
import { askOverview, askValues } from './askFilters.ts'
import { useKnowledgeBase } from './choose.ts'
import { askInOrder, type Answer } from './inOrder.ts'
import type { Origin } from './library.ts'
import type { KnowledgeBaseParts } from './parts.ts'
import { runWithProgress } from './progressTask.ts'
import { defaultFilters, filterArguments } from './releaseFilters.ts'
import { TASK_DIED, TaskError, type TaskOptions } from './runTask.ts'
import { inputText } from './steps.ts'

const TITLE = 'Import Knowledge Base'

/** What another extension, or a test, may say instead of being asked: paths, and with a name nothing is asked at all. */
interface GivenImport {
  readonly sources: readonly string[]
  readonly name?: string
}

/** Asks for files, what of releases to take, and a name; imports them in a process of its own, and offers to link to what came of it. */
export async function importKnowledgeBase(
  parts: KnowledgeBaseParts,
  argument?: unknown,
): Promise<ImportSummary | undefined> {
  const given = givenImport(argument)
  const sources = given?.sources ?? (await askSources())
  if (!sources || sources.length === 0) return undefined
  const wanted = given?.name === undefined ? await askWhat(parts, sources) : { name: given.name }
  if (!wanted) return undefined
  const out = await parts.library.newFolder(wanted.name)
  const summary = await runImport(parts, out, { ...wanted, sources, ontologies: [] })
  if (summary) void offerUse(parts, summary)
  return summary
}

type Wanted = Pick<Origin, 'name' | 'filters'>

/** Asks what of the sources to import, and for a name. Nothing is begun before the last answer. */
async function askWhat(parts: KnowledgeBaseParts, sources: readonly string[]): Promise<Wanted | undefined> {
  const releases = await countReleases(parts, sources)
  if (!releases) return undefined
  const name = suggestedName(sources)
  if (releases.length === 0) {
    const answer = await inputText({ title: TITLE, placeholder: NAME, canGoBack: false }, name)
    return answer === undefined || answer === 'back' ? undefined : { name: answer.value }
  }
  const state = { name, filters: defaultFilters(releases) }
  const place = (step: number) => ({ title: TITLE, step, nSteps: 4, canGoBack: step > 1 })
  const filtered = (answer: Answer<ReleaseFilters>, { name }: typeof state): Answer<typeof state> =>
    answer === undefined || answer === 'back' ? answer : { value: { name, filters: answer.value } }
  return askInOrder(state, [
    async (now) => filtered(await askValues(releases, now.filters, { ...place(1), kind: 'languages' }), now),
    async (now) =>
      filtered(await askValues(releases, now.filters, { ...place(2), kind: 'vocabularies' }), now),
    async (now) => filtered(await askOverview(releases, now.filters, place(3)), now),
    async ({ filters }) => {
      const answer = await inputText({ ...place(4), placeholder: NAME }, name)
      return answer === undefined || answer === 'back' ? answer : { value: { name: answer.value, filters } }
    },
  ])
}

const NAME = 'What to call it; the import starts when you press Enter'

/** Counts the names of those sources that are releases; `undefined` when that was cancelled. */
async function countReleases(
  parts: KnowledgeBaseParts,
  sources: readonly string[],
): Promise<readonly ReleaseSummary[] | undefined> {
  const releases = sources.filter(mayBeRelease)
  if (releases.length === 0) return []
  try {
    const args = ['kb', 'import', ...releases, '--counts', '--json']
    const done = await runWithProgress(
      parts,
      `Counting the names of ${releases.map((path) => basename(path)).join(', ')}`,
      { args },
    )
    return done ? (done.result as readonly ReleaseSummary[]) : undefined
  } catch (error) {
    // What else lies in a folder or a .zip, the import itself tells.
    if (error instanceof TaskError && error.code === 'kb-no-release') return []
    throw error
  }
}

function mayBeRelease(path: string): boolean {
  return (
    /[.](zip|rrf|rrf[.]gz)$/i.test(path) ||
    (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false)
  )
}

/** Builds a knowledge base in `out` from files; an older one there serves until the new one is complete. */
export async function runImport(
  parts: KnowledgeBaseParts,
  out: string,
  origin: Origin,
): Promise<ImportSummary | undefined> {
  const filters = origin.filters ? filterArguments(origin.filters) : []
  const args = ['kb', 'import', ...origin.sources, '--out', out, '--name', origin.name, ...filters]
  return runRemembered(parts, out, { title: `Importing ${origin.name}`, origin, args })
}

/** A task that makes a knowledge base. */
export interface MakingTask extends Pick<TaskOptions, 'args' | 'environment'> {
  readonly title: string
  readonly origin: Origin
}

/** Runs a task that makes a knowledge base in `out`; when its process, or the editor, dies, its origin is remembered. */
export async function runRemembered(
  parts: KnowledgeBaseParts,
  out: string,
  { title, origin, ...task }: MakingTask,
): Promise<ImportSummary | undefined> {
  await parts.library.remember(out, origin)
  try {
    const done = await runWithProgress(parts, title, task)
    if (done) return finishImport(parts, done.result as ImportSummary)
    await parts.library.forgetUnmade(out)
    return undefined
  } catch (error) {
    if (!(error instanceof TaskError && error.code === TASK_DIED)) await parts.library.forgetUnmade(out)
    throw error
  }
}

/** Writes the problems of a new knowledge base to the log, and shows it. */
function finishImport(parts: KnowledgeBaseParts, summary: ImportSummary): ImportSummary {
  const { host } = parts
  if (summary.interrupted !== '') host.log.info(summary.interrupted)
  for (const line of summaryLines(summary)) host.log.info(line)
  for (const problem of summary.problems) host.log.warn(problem)
  // Another knowledge base may have stood in the same folder.
  host.notify('conceptLens/knowledgeBaseChanged', { path: summary.out })
  parts.refresh()
  return summary
}

/** Says what was imported, with a way to link to it. */
export async function offerUse(parts: KnowledgeBaseParts, summary: ImportSummary): Promise<void> {
  const here = 'Use in This Workspace'
  const everywhere = 'Use Everywhere'
  const log = 'Show Problems'
  const { name, nConcepts, nNames, nProblems, out } = summary
  const problems = nProblems === 0 ? '' : `, ${count(nProblems)} problems`
  const message = `${name}: ${count(nConcepts)} concepts, ${count(nNames)} names${problems}.`
  const picked = await window.showInformationMessage(
    message,
    here,
    everywhere,
    ...(nProblems === 0 ? [] : [log]),
  )
  if (picked === here) await useKnowledgeBase(parts, out, 'here')
  if (picked === everywhere) await useKnowledgeBase(parts, out, 'everywhere')
  if (picked === log) await commands.executeCommand(CLIENT_COMMANDS.showLog)
}

function summaryLines({ name, out, sources, ...n }: ImportSummary): readonly string[] {
  return [
    `${name}: ${count(n.nConcepts)} concepts, ${count(n.nNames)} names, imported from ${sources.join(', ')} into ${out}.`,
    `${count(n.nJoined)} concepts became part of an equal one; ${count(n.nConflicts)} conflicting mappings were not followed; ${count(n.nProblems)} problems${n.nProblems > n.problems.length ? `, the first ${n.problems.length} of them follow` : ''}.`,
  ]
}

async function askSources(): Promise<readonly string[] | undefined> {
  const files = { label: '$(file) Files…', description: 'tables, ontologies, mappings, MeSH, a release .zip' }
  const release = { label: '$(folder) A folder…', description: 'a UMLS or RxNorm release (RRF)' }
  // Not one dialog for both: on Windows and Linux it could choose folders alone.
  const kind = await window.showQuickPick([files, release], { title: TITLE })
  if (!kind) return undefined
  const chosen = await window.showOpenDialog({
    title: TITLE,
    openLabel: 'Import',
    canSelectMany: kind === files,
    canSelectFiles: kind === files,
    canSelectFolders: kind === release,
  })
  return chosen?.map(({ fsPath }: Uri) => fsPath)
}

function suggestedName(sources: readonly string[]): string {
  const first = basename(sources[0] ?? '').replace(/([.](gz|zip|obo|json|ttl|nt|rdf|owl|xml|csv|tsv))+$/i, '')
  return sources.length > 1 ? `${first} and ${sources.length - 1} more` : first
}

function givenImport(argument: unknown): GivenImport | undefined {
  if (!isRecord(argument) || !Array.isArray(argument.sources)) return undefined
  const { name } = argument
  return { sources: argument.sources.map(String), ...(typeof name === 'string' ? { name } : {}) }
}

const count = (value: number): string => value.toLocaleString('en')
