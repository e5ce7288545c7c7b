import { env, Uri, window, workspace, type QuickPickItem } from 'vscode'
import type { ImportSummary, OpenOntologyItem } from '../../protocol/index.ts'
import { isRecord } from '../commands/target.ts'
import { offerUse, runRemembered } from './importCommand.ts'
import { networkOptions, readHttpSettings } from './networkSettings.ts'
import type { Origin } from './library.ts'
import type { KnowledgeBaseParts } from './parts.ts'
import { runTask } from './runTask.ts'

interface Item extends QuickPickItem {
  readonly ontology: OpenOntologyItem
}

/** Asks which open ontologies to download, shows licences that were not accepted yet, and makes a knowledge base of them. */
export async function getOntologies(
  parts: KnowledgeBaseParts,
  argument?: unknown,
): Promise<ImportSummary | undefined> {
  const known = await listOntologies(parts)
  const chosen = givenIds(argument, known) ?? (await choose(known))
  if (!chosen || chosen.length === 0 || !(await acceptLicences(chosen))) return undefined
  const name = await askName(chosen.map(({ title }) => title).join(', '))
  if (name === undefined) return undefined
  const origin = { name, sources: [], ontologies: chosen.map(({ id }) => id) }
  const summary = await runGet(parts, await parts.library.newFolder(name), origin)
  if (summary) void offerUse(parts, summary)
  return summary
}

/** Fetches what is newer than what is here, and makes the knowledge base again. */
export async function getAgain(
  parts: KnowledgeBaseParts,
  out: string,
  origin: Origin,
): Promise<ImportSummary | undefined> {
  const known = await listOntologies(parts)
  const chosen = known.filter(({ id }) => origin.ontologies.includes(id))
  return (await acceptLicences(chosen)) ? runGet(parts, out, origin) : undefined
}

/** The licences of what is asked for were accepted before. */
async function runGet(
  parts: KnowledgeBaseParts,
  out: string,
  origin: Origin,
): Promise<ImportSummary | undefined> {
  const { args, environment } = network()
  const what = ['kb', 'get', ...origin.ontologies, '--out', out, '--name', origin.name, '--accept-licences']
  return runRemembered(parts, out, {
    ...{ title: `Getting ${origin.name}`, origin },
    args: [...what, '--downloads', parts.downloads, ...args],
    ...(environment ? { environment } : {}),
  })
}

async function listOntologies({
  script,
  downloads,
}: KnowledgeBaseParts): Promise<readonly OpenOntologyItem[]> {
  const done = await runTask({ script, args: ['kb', 'get', '--json', '--downloads', downloads] })
  return (done?.result ?? []) as readonly OpenOntologyItem[]
}

async function choose(known: readonly OpenOntologyItem[]): Promise<readonly OpenOntologyItem[] | undefined> {
  const items = known.map((ontology): Item => ({
    label: ontology.title,
    description: `${ontology.about} · about ${(ontology.aboutBytes / 1e6).toFixed(0)} MB`,
    detail: `${ontology.licence.name}, ${ontology.licence.url}${ontology.accepted ? ' (accepted)' : ''}`,
    ontology,
  }))
  const picked = await window.showQuickPick(items, {
    title: 'Get Open Ontologies',
    placeHolder: 'They are downloaded from their publishers and become one knowledge base',
    canPickMany: true,
    matchOnDescription: true,
  })
  return picked?.map(({ ontology }) => ontology)
}

/** Asks once for every licence; an accepted one is noted when its ontology is fetched. */
async function acceptLicences(chosen: readonly OpenOntologyItem[]): Promise<boolean> {
  const open = chosen.filter(({ accepted }) => !accepted)
  if (open.length === 0) return true
  const accept = 'Accept'
  const read = 'Open the Licences'
  const detail = open.map(({ title, licence }) => `${title}: ${licence.name}\n${licence.url}`).join('\n\n')
  const question = 'These ontologies come under licences of their publishers. Do you accept them?'
  const answer = await window.showInformationMessage(question, { modal: true, detail }, accept, read)
  if (answer !== read) return answer === accept
  for (const url of new Set(open.map(({ licence }) => licence.url))) await env.openExternal(Uri.parse(url))
  return acceptLicences(chosen)
}

function askName(value: string): Thenable<string | undefined> {
  return window.showInputBox({
    title: 'Get Open Ontologies',
    prompt: 'What to call the knowledge base',
    value,
    validateInput: (text) => (text.trim() === '' ? 'Give it a name.' : undefined),
  })
}

/** Other extensions may say which: `{names: ['mondo']}`. */
function givenIds(
  argument: unknown,
  known: readonly OpenOntologyItem[],
): readonly OpenOntologyItem[] | undefined {
  if (!isRecord(argument) || !Array.isArray(argument.names)) return undefined
  const names = argument.names.map(String)
  return known.filter(({ id }) => names.includes(id))
}

function network(): ReturnType<typeof networkOptions> {
  const http = workspace.getConfiguration('http')
  return networkOptions(readHttpSettings((key, defaultValue) => http.get(key, defaultValue)))
}
