/** A `.code-workspace` with two folders. */
import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import {
  closeAllTabs,
  DECISIONS_FILE,
  eventually,
  hintsOf,
  linkedHints,
  openManuscript,
  readWorkspaceFile,
  quickFixes,
  sayNotAConcept,
} from './editor.ts'

const FIRST = 0
const SECOND = 1
const isEnabled = (uri?: vscode.Uri) => vscode.workspace.getConfiguration('conceptLens', uri).get('enable')

/** Picks the first thing that "Switch On or Off…" offers: in this workspace. */
async function switchInWorkspace(wanted: boolean): Promise<void> {
  void vscode.commands.executeCommand('conceptLens.toggle')
  await eventually(
    `enable: ${String(wanted)}`,
    async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem')
      return isEnabled(vscode.window.activeTextEditor?.document.uri)
    },
    (enabled) => enabled === wanted,
  )
}

describe('a workspace with two folders', () => {
  // VS Code's server may start the extension host before it has read the workspace's file.
  before(() =>
    eventually(
      'two folders',
      () => vscode.workspace.workspaceFolders?.length,
      (count) => count === 2,
    ),
  )
  after(closeAllTabs)

  it('links manuscripts of both, and keeps the decisions on each in its own folder', async () => {
    for (const folder of [FIRST, SECOND]) {
      const document = await openManuscript('manuscript.md', folder)
      await linkedHints(document)
      // While the rest of a manuscript is still being linked, a first hint may go away again.
      const range = await eventually(
        'a linked word with its quick fixes',
        async () => {
          const [hint] = await hintsOf(document)
          const found = hint && new vscode.Range(hint.position.translate(0, -1), hint.position)
          return found && (await quickFixes(document, found)).length > 0 ? found : undefined
        },
        (found) => found !== undefined,
      )
      assert.ok(range !== undefined)
      await sayNotAConcept(document, range)
      await eventually(
        'the decision',
        () => readWorkspaceFile(DECISIONS_FILE, folder),
        (text) => text !== undefined,
      )
      if (folder === FIRST) assert.equal(await readWorkspaceFile(DECISIONS_FILE, SECOND), undefined)
      await vscode.commands.executeCommand('conceptLens.undoDecision')
    }
  })

  it('is switched off and on as a whole', async () => {
    const documents = [
      await openManuscript('manuscript.md', FIRST),
      await openManuscript('manuscript.md', SECOND),
    ]
    for (const document of documents) await linkedHints(document)
    await switchInWorkspace(false)
    for (const document of documents)
      await eventually(
        'no hints',
        () => hintsOf(document),
        (hints) => hints.length === 0,
      )
    await switchInWorkspace(true)
    for (const document of documents)
      await eventually(
        'hints again',
        () => hintsOf(document),
        (hints) => hints.length > 0,
      )
  })

  it('is switched off in one folder by its settings, and on again by the switch', async () => {
    const [first, second] = [
      await openManuscript('manuscript.md', FIRST),
      await openManuscript('manuscript.md', SECOND),
    ]
    const inSecond = vscode.workspace.getConfiguration('conceptLens', second.uri)
    await inSecond.update('enable', false, vscode.ConfigurationTarget.WorkspaceFolder)
    await eventually(
      'no hints',
      () => hintsOf(second),
      (hints) => hints.length === 0,
    )
    await eventually(
      'hints in the other folder',
      () => hintsOf(first),
      (hints) => hints.length > 0,
    )
    await switchInWorkspace(true)
    await eventually(
      'hints again',
      () => hintsOf(second),
      (hints) => hints.length > 0,
    )
  })
})
