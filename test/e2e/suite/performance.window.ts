/** The report of performance is a page of the window. */
import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { closeAllTabs, eventually } from './editor.ts'

describe('the report of performance', () => {
  after(closeAllTabs)

  it('opens as a page, and once', async () => {
    await vscode.commands.executeCommand('conceptLens.showPerformance')
    await vscode.commands.executeCommand('conceptLens.showPerformance')
    const pages = () =>
      vscode.window.tabGroups.all
        .flatMap(({ tabs }) => tabs)
        .filter(({ label }) => label === 'ConceptLens Performance')
    await eventually('the page', pages, (found) => found.length > 0)
    assert.equal(pages().length, 1)
  })
})
