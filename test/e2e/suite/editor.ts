import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import * as vscode from 'vscode'

/** Steps that the suites share: what a person would do with a manuscript. */

export async function openManuscript(name: string): Promise<vscode.TextDocument> {
  const folder = vscode.workspace.workspaceFolders?.[0]
  assert.ok(folder !== undefined, 'a workspace is open')
  const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder.uri, name))
  await vscode.window.showTextDocument(document)
  return document
}

/** Asks again until the answer satisfies; fails with the last answer after `timeoutMs`. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T>,
  satisfies: (answer: T) => boolean,
  timeoutMs = 30_000,
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

export async function readWorkspaceFile(path: string): Promise<string | undefined> {
  const folder = vscode.workspace.workspaceFolders?.[0]
  assert.ok(folder !== undefined)
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder.uri, path)))
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
