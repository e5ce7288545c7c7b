import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { linkedHints, openManuscript, readExport } from './editor.ts'

describe('exporting BioC XML', () => {
  it('writes what is on the screen, unsaved edits too', async () => {
    const document = await openManuscript('manuscript.md')
    await linkedHints(document)
    const editor = vscode.window.activeTextEditor
    assert.ok(editor !== undefined)
    await editor.edit((edit) =>
      edit.insert(document.lineAt(document.lineCount - 1).range.end, '\n\nUnsaved words about asthma.\n'),
    )
    const xml = await readExport(document)
    assert.match(xml, /<!DOCTYPE collection SYSTEM "BioC.dtd">/)
    assert.match(xml, /Unsaved words about asthma/)
    assert.ok((xml.match(/<annotation /g) ?? []).length > 20)
    await vscode.commands.executeCommand('workbench.action.files.revert')
  })
})
