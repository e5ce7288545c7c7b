import { existsSync } from 'node:fs'
import { window, type QuickPickItem } from 'vscode'
import { isRecord } from '../commands/target.ts'
import { activePath, stopUsing, useKnowledgeBase, type Reach } from './choose.ts'
import { getAgain } from './getCommand.ts'
import { runImport } from './importCommand.ts'
import { describe, type Entry } from './list.ts'
import { canUpdate } from './model.ts'
import type { KnowledgeBaseParts } from './parts.ts'

/** Lists a knowledge base that was made on the command line, wherever it lies. */
export async function addKnowledgeBase(parts: KnowledgeBaseParts): Promise<void> {
  const [chosen] =
    (await window.showOpenDialog({
      title: 'Add Knowledge Base',
      openLabel: 'Add',
      canSelectFolders: true,
      canSelectFiles: false,
    })) ?? []
  if (!chosen) return
  if (!(await parts.library.add(chosen.fsPath))) {
    void window.showErrorMessage(
      `ConceptLens: ${chosen.fsPath} is not a knowledge base. Choose a folder made with "conceptlens kb import", or import its files.`,
    )
    return
  }
  parts.refresh()
}

/** Links to the one chosen in the list, or asks which. */
export async function use(parts: KnowledgeBaseParts, reach: Reach, argument?: unknown): Promise<void> {
  const entry = await target(parts, argument, 'Link to which knowledge base?', () => true)
  if (entry) await useKnowledgeBase(parts, entry.path, reach)
}

/** Makes a knowledge base again from the same sources; the old one serves until the new one is complete. */
export async function updateKnowledgeBase(parts: KnowledgeBaseParts, argument?: unknown): Promise<void> {
  const entry = await target(parts, argument, 'Update which knowledge base?', canUpdate)
  if (!entry?.origin) return
  const missing = entry.origin.sources.filter((source) => !existsSync(source))
  if (missing.length > 0) {
    void window.showErrorMessage(
      `ConceptLens: ${entry.origin.name} was made from ${missing.join(', ')}, which is not there any more. Put it back, or import anew from where it is now.`,
    )
    return
  }
  const again = entry.origin.ontologies.length > 0 ? getAgain : runImport
  const summary = await again(parts, entry.path, entry.origin)
  if (summary) window.setStatusBarMessage(`ConceptLens: ${summary.name} is up to date`, 5000)
}

/** Deletes a knowledge base made here, or takes one that lies elsewhere off the list, after a question. */
export async function removeKnowledgeBase(parts: KnowledgeBaseParts, argument?: unknown): Promise<void> {
  const entry = await target(
    parts,
    argument,
    'Remove which knowledge base?',
    ({ place }) => place !== 'starter',
  )
  if (!entry || entry.place === 'starter') return
  const isOurs = entry.place === 'imported'
  const button = isOurs ? 'Delete' : 'Remove from the List'
  const detail = [
    isOurs
      ? `${entry.path} is deleted. The files it was made from stay.`
      : `${entry.path} stays on the disk.`,
    ...(entry.path === activePath()
      ? ['This workspace links to the starter knowledge base afterwards.']
      : []),
  ].join(' ')
  const sure = await window.showWarningMessage(`Remove ${entry.label}?`, { modal: true, detail }, button)
  if (sure !== button) return
  await stopUsing(entry.path)
  await parts.library.remove(entry.path)
  parts.host.notify('conceptLens/knowledgeBaseChanged', { path: entry.path })
  parts.refresh()
}

interface Item extends QuickPickItem {
  readonly entry: Entry
}

/** The knowledge base a command is about: the one in the list it was called on, else one that a person picks. */
async function target(
  parts: KnowledgeBaseParts,
  argument: unknown,
  title: string,
  isAllowed: (entry: Entry) => boolean,
): Promise<Entry | undefined> {
  const entries = (await describe(parts)).filter(isAllowed)
  if (isRecord(argument) && typeof argument.path === 'string')
    return entries.find(({ path }) => path === argument.path)
  if (entries.length === 0) {
    void window.showInformationMessage('ConceptLens: there is no such knowledge base yet. Import one first.')
    return undefined
  }
  const items = entries.map((entry): Item => ({
    label: entry.label,
    description: entry.description,
    detail: entry.path,
    entry,
  }))
  return (await window.showQuickPick(items, { title, matchOnDescription: true }))?.entry
}
