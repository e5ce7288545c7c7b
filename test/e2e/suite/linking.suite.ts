import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { hintsOf, hoverText, eventually, labelOf, linkedHints, openManuscript, positionIn } from './editor.ts'

describe('linking a manuscript', () => {
  for (const name of ['manuscript.md', 'manuscript.tex']) {
    it(`shows hints behind concepts of ${name}`, async () => {
      const document = await openManuscript(name)
      const hints = await linkedHints(document)
      assert.ok(hints.length > 20, `${hints.length} hints in about 600 words`)
      for (const hint of hints) assert.match(labelOf(hint), /\S/)
    })

    it(`puts every hint of ${name} behind a word`, async () => {
      const document = await openManuscript(name)
      for (const { position } of await linkedHints(document)) {
        const before = document.getText(new vscode.Range(position.translate(0, -1), position))
        assert.match(
          before,
          /[\p{L}\p{N})}*_'’]/u,
          `“${before}” before the hint at line ${position.line + 1}`,
        )
      }
    })

    it(`explains a concept of ${name} in its hover`, async () => {
      const document = await openManuscript(name)
      const [hint] = await linkedHints(document)
      assert.ok(hint !== undefined)
      const text = await hoverText(document, hint.position.translate(0, -1))
      assert.match(text, /https:\/\//, 'the id is a link')
      assert.match(text, /\d ?%/, 'candidates carry probabilities')
      assert.match(text, /command:conceptLens\./, 'actions are links')
    })
  }

  it('links by itself when a manuscript is opened, without any command', async () => {
    const document = await vscode.workspace.openTextDocument({
      language: 'markdown',
      content: '# Note\n\nPatients with type 2 diabetes mellitus were treated with metformin.\n',
    })
    await vscode.window.showTextDocument(document)
    const hints = await eventually(
      'hints of an untitled document',
      () => hintsOf(document),
      (found) => found.length >= 2,
    )
    assert.ok(hints.length >= 2)
  })

  it('follows typing: a new word is linked, hints after it move', async () => {
    const document = await vscode.workspace.openTextDocument({
      language: 'markdown',
      content: 'Metformin was given.\n',
    })
    const editor = await vscode.window.showTextDocument(document)
    await eventually(
      'the first hint',
      () => hintsOf(document),
      (found) => found.length === 1,
    )
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), 'Asthma is common. '))
    const hints = await eventually(
      'both hints',
      () => hintsOf(document),
      (found) => found.length === 2,
    )
    const ends = hints.map(({ position }) => position.character).sort((a, b) => a - b)
    assert.deepEqual(ends, ['Asthma'.length, 'Asthma is common. Metformin'.length])
  })

  it('leaves code, comments and citations alone', async () => {
    const content =
      'See `asthma` and <!-- asthma --> and [@asthma2020].\n\n```\nasthma\n```\n\nAsthma here.\n'
    const document = await vscode.workspace.openTextDocument({ language: 'markdown', content })
    await vscode.window.showTextDocument(document)
    const hints = await eventually(
      'the hint',
      () => hintsOf(document),
      (found) => found.length > 0,
    )
    assert.deepEqual(
      hints.map(({ position }) => position.line),
      [positionIn(document, 'Asthma here').line],
    )
  })
})
