/** The first window: the VSIX is installed in it as a person does. */
import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { eventually, openManuscript } from './editor.ts'

describe('installing the extension', () => {
  it('works from a VSIX, without a restart', async () => {
    const vsix = process.env['CONCEPTLENS_E2E_VSIX']
    assert.ok(vsix !== undefined)
    assert.equal(vscode.extensions.getExtension('conceptlens.conceptlens'), undefined)
    await vscode.commands.executeCommand('workbench.extensions.installExtension', vscode.Uri.file(vsix))
    await eventually(
      'the extension',
      () => vscode.extensions.getExtension('conceptlens.conceptlens')?.id,
      (id) => id !== undefined,
    )
  })

  it('greets with the walkthrough, behind the first manuscript that is opened', async () => {
    await openManuscript('manuscript.md')
    const labels = await eventually(
      'the tab of the walkthrough',
      () => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label)),
      (found) => found.length === 2,
    )
    assert.ok(labels.includes('manuscript.md'), labels.join())
    assert.match(vscode.window.activeTextEditor?.document.fileName ?? '', /manuscript\.md$/)
  })
})
