/** The window that `beforeReload.window.ts` left: what was decided there holds. */
import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import {
  closeAllTabs,
  DECISIONS_FILE,
  eventually,
  hintAt,
  hintsOf,
  hoverText,
  positionIn,
  rangeOf,
  readWorkspaceFile,
} from './editor.ts'

describe('after the window was reloaded', () => {
  let document: vscode.TextDocument
  after(closeAllTabs)

  it('the manuscript is linked again without a command', async () => {
    const editor = await eventually(
      'the manuscript that was open',
      () => vscode.window.activeTextEditor,
      (one) => one !== undefined,
    )
    assert.ok(editor !== undefined)
    document = editor.document
    assert.match(document.fileName, /manuscript\.md$/)
    await eventually(
      'hints',
      () => hintsOf(document),
      (hints) => hints.length > 0,
    )
  })

  it('the decisions hold', async () => {
    const hover = await eventually(
      'the choice',
      () => hoverText(document, positionIn(document, 'restores')),
      (text) => text !== '',
    )
    assert.match(hover, /asthma/i)
    assert.match(hover, /your choice/)
    assert.equal(await hintAt(document, rangeOf(document, 'hyperglycemia').end), undefined)
  })

  it('and can be undone', async () => {
    for (const word of ['restores', 'hyperglycemia']) {
      const { start: position } = rangeOf(document, word)
      await vscode.commands.executeCommand('conceptLens.undoDecision', {
        uri: document.uri.toString(),
        position,
      })
    }
    await eventually(
      'the hint back',
      () => hintAt(document, rangeOf(document, 'hyperglycemia').end),
      (hint) => hint !== undefined,
    )
    await eventually(
      'the choice gone',
      () => hoverText(document, positionIn(document, 'restores')),
      (hover) => !hover.includes('your choice'),
    )
    assert.equal((await readWorkspaceFile(DECISIONS_FILE)) ?? '', '')
  })
})
