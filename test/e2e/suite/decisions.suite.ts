import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import {
  applyQuickFix,
  DECISIONS_FILE,
  eventually,
  firstLink,
  hintsOf,
  hoverText,
  labelOf,
  openManuscript,
  quickFixes,
  readWorkspaceFile,
  sayNotAConcept,
} from './editor.ts'

describe('the author decides', () => {
  it('chooses another candidate, finds it kept in the workspace, and takes it back', async () => {
    const document = await openManuscript('manuscript.md')
    const { range, hint } = await firstLink(document)
    const before = labelOf(hint)
    const another = (await quickFixes(document, range)).find(({ title }) =>
      /^Link to|^Choose|means|→/u.test(title),
    )
    assert.ok(another !== undefined, `a quick fix offers another candidate of ${before}`)
    await applyQuickFix(another)
    const text = await eventually(
      'the decision on disk',
      () => readWorkspaceFile(DECISIONS_FILE),
      (found) => found !== undefined,
    )
    assert.match(text ?? '', /"action":"link"/)
    const changed = await eventually(
      'the changed hint',
      () => hintsOf(document),
      (hints) => hints.some((one) => one.position.isEqual(range.end) && labelOf(one) !== before),
    )
    assert.ok(changed.length > 0)
    await vscode.commands.executeCommand('conceptLens.undoDecision')
    await eventually(
      'the decision gone',
      () => readWorkspaceFile(DECISIONS_FILE),
      (found) => !/"action":"link"/.test(found ?? ''),
    )
  })

  it('says that something is not a concept here, and the hint goes away', async () => {
    const document = await openManuscript('manuscript.md')
    const { range } = await firstLink(document)
    await sayNotAConcept(document, range)
    await eventually(
      'the hint gone',
      () => hintsOf(document),
      (hints) => hints.every(({ position }) => !position.isEqual(range.end)),
    )
    assert.match((await readWorkspaceFile(DECISIONS_FILE)) ?? '', /"action":"none"/)
    await vscode.commands.executeCommand('conceptLens.undoDecision')
    await eventually(
      'the hint back',
      () => hintsOf(document),
      (hints) => hints.some(({ position }) => position.isEqual(range.end)),
    )
  })

  it('keeps a decision through edits before it', async () => {
    const document = await openManuscript('manuscript.md')
    const { range } = await firstLink(document)
    await sayNotAConcept(document, range)
    const gone = (offset: number) => (hints: vscode.InlayHint[]) =>
      hints.length > 0 && hints.every(({ position }) => document.offsetAt(position) !== offset)
    const offset = document.offsetAt(range.end)
    await eventually('the hint gone', () => hintsOf(document), gone(offset))
    const editor = vscode.window.activeTextEditor
    assert.ok(editor !== undefined)
    const inserted = 'One more line.\n\n'
    const line = document.getText().indexOf('\n\n') + 2
    const before = offset < line
    await editor.edit((edit) => edit.insert(document.positionAt(line), inserted))
    const moved = before ? offset : offset + inserted.length
    await eventually('the hint still gone', () => hintsOf(document), gone(moved))
    await vscode.commands.executeCommand('conceptLens.undoDecision')
    await vscode.commands.executeCommand('workbench.action.files.revert')
    await eventually(
      'the hint back',
      () => hintsOf(document),
      (hints) => hints.some(({ position }) => document.offsetAt(position) === offset),
    )
  })

  it('reports a damaged decisions file and does not overwrite the damaged line', async () => {
    const folder = vscode.workspace.workspaceFolders?.[0]
    assert.ok(folder !== undefined)
    const uri = vscode.Uri.joinPath(folder.uri, DECISIONS_FILE)
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode('{"this is": not JSON\n'))
    const document = await openManuscript('manuscript.md')
    const { range } = await firstLink(document)
    await sayNotAConcept(document, range)
    await eventually(
      'the new decision',
      () => readWorkspaceFile(DECISIONS_FILE),
      (found) => /"action":"none"/.test(found ?? ''),
    )
    assert.match((await readWorkspaceFile(DECISIONS_FILE)) ?? '', /\{"this is": not JSON/)
    await vscode.commands.executeCommand('conceptLens.undoDecision')
    await vscode.workspace.fs.delete(uri)
    assert.match(await hoverText(document, range.start), /./)
  })
})
