/** Descriptions of pipelines in a real editor. */
import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { closeAllTabs, eventually } from './editor.ts'

describe('the description of a pipeline', () => {
  after(closeAllTabs)

  it('is checked and completed by our own server', async () => {
    const [folder] = vscode.workspace.workspaceFolders ?? []
    assert.ok(folder)
    const uri = vscode.Uri.joinPath(folder.uri, 'conceptlens.pipeline.yaml')
    await vscode.workspace.fs.writeFile(uri, Buffer.from('filters:\n  generalWord: hide\n  \n'))
    await vscode.window.showTextDocument(uri)
    const problems = () => vscode.languages.getDiagnostics(uri)
    const [problem] = await eventually('a problem', problems, (found) => found.length > 0)
    assert.match(problem?.message ?? '', /Did you mean "generalWords"\?$/)
    const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      uri,
      new vscode.Position(2, 2),
    )
    assert.ok(items.some(({ label }) => label === 'minProbability'))
    await vscode.workspace.fs.writeFile(uri, Buffer.from('extends: default\n'))
  })
})
