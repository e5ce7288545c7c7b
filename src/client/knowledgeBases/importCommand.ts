import { basename } from 'node:path'
import { commands, window, type Uri } from 'vscode'
import { CLIENT_COMMANDS, type ImportSummary } from '../../protocol/index.ts'
import { isRecord } from '../commands/target.ts'
import { useKnowledgeBase } from './choose.ts'
import type { Origin } from './library.ts'
import type { KnowledgeBaseParts } from './parts.ts'
import { runWithProgress } from './progressTask.ts'

/** What another extension, or a test, may say instead of being asked: paths and a name. */
interface GivenImport {
  readonly sources: readonly string[]
  readonly name: string
}

/** Asks for files and a name, imports them in a process of its own, and offers to link to what came of it. */
export async function importKnowledgeBase(
  parts: KnowledgeBaseParts,
  argument?: unknown,
): Promise<ImportSummary | undefined> {
  const given = givenImport(argument)
  const sources = given?.sources ?? (await askSources())
  if (!sources || sources.length === 0) return undefined
  const name = given?.name ?? (await askName(suggestedName(sources)))
  if (name === undefined) return undefined
  const out = await parts.library.newFolder(name)
  const summary = await runImport(parts, out, { name, sources, ontologies: [] })
  if (summary) void offerUse(parts, summary)
  return summary
}

/** Builds a knowledge base in `out` from files; an older one there serves until the new one is complete. */
export async function runImport(
  parts: KnowledgeBaseParts,
  out: string,
  origin: Origin,
): Promise<ImportSummary | undefined> {
  const args = ['kb', 'import', ...origin.sources, '--out', out, '--name', origin.name]
  const done = await runWithProgress(parts, `Importing ${origin.name}`, { args })
  return done ? finishImport(parts, done.result as ImportSummary, origin) : undefined
}

/** Remembers what a knowledge base was made from, writes its problems to the log, and shows it. */
export async function finishImport(
  parts: KnowledgeBaseParts,
  summary: ImportSummary,
  origin: Origin,
): Promise<ImportSummary> {
  const { host, library } = parts
  await library.remember(summary.out, origin)
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
  const kind = await window.showQuickPick([files, release], { title: 'Import Knowledge Base' })
  if (!kind) return undefined
  const chosen = await window.showOpenDialog({
    title: 'Import Knowledge Base',
    openLabel: 'Import',
    canSelectMany: kind === files,
    canSelectFiles: kind === files,
    canSelectFolders: kind === release,
  })
  return chosen?.map(({ fsPath }: Uri) => fsPath)
}

function askName(value: string): Thenable<string | undefined> {
  return window.showInputBox({
    title: 'Import Knowledge Base',
    prompt: 'What to call it',
    value,
    validateInput: (text) => (text.trim() === '' ? 'Give it a name.' : undefined),
  })
}

function suggestedName(sources: readonly string[]): string {
  const first = basename(sources[0] ?? '').replace(/([.](gz|zip|obo|json|ttl|nt|rdf|owl|xml|csv|tsv))+$/i, '')
  return sources.length > 1 ? `${first} and ${sources.length - 1} more` : first
}

function givenImport(argument: unknown): GivenImport | undefined {
  if (!isRecord(argument) || !Array.isArray(argument.sources) || typeof argument.name !== 'string')
    return undefined
  return { sources: argument.sources.map(String), name: argument.name }
}

const count = (value: number): string => value.toLocaleString('en')
