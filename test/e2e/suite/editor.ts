import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import * as vscode from 'vscode'

/** Steps that the suites share: what a person would do with a manuscript. */

/** Where the author's decisions are, below a workspace folder. */
export const DECISIONS_FILE = '.conceptlens/decisions.jsonl'

/** Id of a concept that the sample manuscripts do not name. */
export const asthma = 'UMLS:C0004096'

/** The workspace folder with this index. */
export function folderUri(index = 0): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[index]
  assert.ok(folder !== undefined, `workspace folder ${index} is open`)
  return folder.uri
}

export async function openManuscript(name: string, folder = 0): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folderUri(folder), name))
  await vscode.window.showTextDocument(document)
  return document
}

/** Asks again until the answer satisfies; fails with the last answer after `timeoutMs`. */
export async function eventually<T>(
  what: string,
  ask: () => T | Promise<T>,
  satisfies: (answer: T) => boolean,
  timeoutMs = 60_000,
): Promise<T> {
  const deadlineMs = Date.now() + timeoutMs
  for (;;) {
    const answer = await ask()
    if (satisfies(answer)) return answer
    if (Date.now() > deadlineMs)
      assert.fail(
        `${what}: not within ${timeoutMs} ms; last answer: ${JSON.stringify(answer)?.slice(0, 500)}`,
      )
    await delay(100)
  }
}

export function wholeRange(document: vscode.TextDocument): vscode.Range {
  return new vscode.Range(0, 0, document.lineCount, 0)
}

export async function hintsOf(document: vscode.TextDocument): Promise<vscode.InlayHint[]> {
  return (
    (await vscode.commands.executeCommand<vscode.InlayHint[] | undefined>(
      'vscode.executeInlayHintProvider',
      document.uri,
      wholeRange(document),
    )) ?? []
  )
}

/** Waits until hints are there and stay the same for a moment: the document is linked. */
export async function linkedHints(document: vscode.TextDocument): Promise<vscode.InlayHint[]> {
  await vscode.commands.executeCommand('conceptLens.linkDocument')
  return eventually(
    'hints',
    () => hintsOf(document),
    (hints) => hints.length > 0,
  )
}

export function labelOf(hint: vscode.InlayHint): string {
  return typeof hint.label === 'string' ? hint.label : hint.label.map(({ value }) => value).join('')
}

/** The position of the last character of `words`, where a hint or hover for them belongs. */
export function positionIn(document: vscode.TextDocument, words: string): vscode.Position {
  const at = document.getText().indexOf(words)
  assert.ok(at >= 0, `“${words}” is in ${document.fileName}`)
  return document.positionAt(at + words.length - 1)
}

/** The first occurrence of some words. */
export function rangeOf(document: vscode.TextDocument, words: string): vscode.Range {
  const end = positionIn(document, words).translate(0, 1)
  return new vscode.Range(end.translate(0, -words.length), end)
}

/** The hint behind the character before a position. */
export async function hintAt(
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<vscode.InlayHint | undefined> {
  return (await hintsOf(document)).find((hint) => hint.position.isEqual(position))
}

export async function hoverText(document: vscode.TextDocument, position: vscode.Position): Promise<string> {
  const hovers = await vscode.commands.executeCommand<vscode.Hover[] | undefined>(
    'vscode.executeHoverProvider',
    document.uri,
    position,
  )
  return (hovers ?? [])
    .flatMap(({ contents }) => contents)
    .map((content) => (typeof content === 'string' ? content : content.value))
    .join('\n')
}

export async function quickFixes(
  document: vscode.TextDocument,
  range: vscode.Range,
): Promise<vscode.CodeAction[]> {
  return (
    (await vscode.commands.executeCommand<vscode.CodeAction[] | undefined>(
      'vscode.executeCodeActionProvider',
      document.uri,
      range,
    )) ?? []
  )
}

/** Runs a quick fix as the editor would: its edit, then its command. */
export async function applyQuickFix(action: vscode.CodeAction): Promise<void> {
  if (action.edit) await vscode.workspace.applyEdit(action.edit)
  if (action.command) {
    const { command, arguments: given = [] } = action.command
    await vscode.commands.executeCommand(command, ...(given as unknown[]))
  }
}

/** The first linked mention of a document: its range and the id or name shown behind it. */
export async function firstLink(
  document: vscode.TextDocument,
): Promise<{ range: vscode.Range; hint: vscode.InlayHint }> {
  const [hint] = await linkedHints(document)
  assert.ok(hint !== undefined)
  const end = hint.position
  return { range: new vscode.Range(end.translate(0, -1), end), hint }
}

export async function readWorkspaceFile(path: string, folder = 0): Promise<string | undefined> {
  const uri = vscode.Uri.joinPath(folderUri(folder), path)
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri))
  } catch {
    return undefined
  }
}

/** Applies the quick fix that says that the mention at a range is not a concept. */
export async function sayNotAConcept(document: vscode.TextDocument, range: vscode.Range): Promise<void> {
  const fix = (await quickFixes(document, range)).find(({ title }) => /not a concept/i.test(title))
  assert.ok(fix !== undefined)
  await applyQuickFix(fix)
}

/** Decides as a quick fix does. */
export async function decide(
  document: vscode.TextDocument,
  range: vscode.Range,
  choice: { readonly scope: 'here' | 'document' | 'project'; readonly id?: string },
): Promise<void> {
  const { start, end } = range
  const argument = { uri: document.uri.toString(), range: { start, end }, ...choice }
  await vscode.commands.executeCommand('conceptLens.server.decide', argument)
}

/** The BioC XML of a document, as the export writes it; the files are gone afterwards. */
export async function readExport(document: vscode.TextDocument): Promise<string> {
  const target = vscode.Uri.joinPath(folderUri(), 'exported.bioc.xml')
  const argument = { uri: document.uri.toString(), target: target.toString() }
  await vscode.commands.executeCommand('conceptLens.exportBioc', argument)
  const xml = await readWorkspaceFile('exported.bioc.xml')
  assert.ok(xml !== undefined, 'the export is written')
  for (const name of ['exported.bioc.xml', 'bioc.key'])
    await vscode.workspace.fs.delete(vscode.Uri.joinPath(folderUri(), name))
  return xml
}

/** Closes all tabs without saving. */
export async function closeAllTabs(): Promise<void> {
  for (let i = 0; i < 50 && vscode.window.tabGroups.all.some(({ tabs }) => tabs.length > 0); i++)
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor')
}
