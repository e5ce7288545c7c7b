import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { linkedHints, openManuscript, readWorkspaceFile } from './editor.ts'

describe('exporting BioC XML', () => {
  it('writes what is on the screen, unsaved edits too', async () => {
    const document = await openManuscript('manuscript.md')
    await linkedHints(document)
    const editor = vscode.window.activeTextEditor
    assert.ok(editor !== undefined)
    await editor.edit((edit) =>
      edit.insert(document.lineAt(document.lineCount - 1).range.end, '\n\nUnsaved words about asthma.\n'),
    )
    const target = vscode.Uri.joinPath(document.uri, '..', 'exported.bioc.xml')
    await vscode.commands.executeCommand('conceptLens.exportBioc', {
      uri: document.uri.toString(),
      target: target.toString(),
    })
    const xml = (await readWorkspaceFile('exported.bioc.xml')) ?? ''
    assert.match(xml, /<!DOCTYPE collection SYSTEM "BioC.dtd">/)
    assert.match(xml, /Unsaved words about asthma/)
    assert.ok((xml.match(/<annotation /g) ?? []).length > 20)
    await vscode.workspace.fs.delete(target)
    await vscode.commands.executeCommand('workbench.action.files.revert')
  })
})
