import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { eventually, folderUri, hintsOf, readExport } from './editor.ts'

const sentence = 'Patients with type 2 diabetes mellitus were treated with metformin.'
const atLeastTwo = (hints: readonly vscode.InlayHint[]) => hints.length >= 2

describe('linking files of every kind', () => {
  const files = {
    'chapter.qmd': `---\ntitle: Notes\n---\n\n# Results\n\n${sentence}\n\n\`\`\`{r}\nasthma <- 1\n\`\`\`\n`,
    'analysis.Rmd': `# Results\n\n${sentence}\n\n\`\`\`{r}\nasthma <- 1\n\`\`\`\n`,
    'notes.txt': `${sentence}\n`,
    'paper.tex': `\\section{Results}\n${sentence} % asthma\n`,
    'paper.md': `# Results\n\n${sentence}\n`,
  }

  for (const [name, text] of Object.entries(files)) {
    it(`links ${name} as soon as it is opened, and its prose only`, async () => {
      const uri = vscode.Uri.joinPath(folderUri(), name)
      await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text))
      const document = await vscode.workspace.openTextDocument(uri)
      await vscode.window.showTextDocument(document)
      const hints = await eventually('hints', () => hintsOf(document), atLeastTwo)
      const line = document.positionAt(text.indexOf(sentence)).line
      assert.deepEqual([...new Set(hints.map(({ position }) => position.line))], [line])
      await vscode.commands.executeCommand('workbench.action.closeActiveEditor')
      await vscode.workspace.fs.delete(uri)
    })
  }

  for (const language of ['markdown', 'latex', 'plaintext']) {
    it(`links an untitled document in ${language}, and exports it`, async () => {
      const document = await vscode.workspace.openTextDocument({ language, content: `${sentence}\n` })
      await vscode.window.showTextDocument(document)
      await eventually('hints', () => hintsOf(document), atLeastTwo)
      assert.match(await readExport(document), /<annotation /)
      await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor')
    })
  }

  it('does not link a program', async () => {
    const document = await vscode.workspace.openTextDocument({
      language: 'python',
      content: '# type 2 diabetes mellitus and metformin\n',
    })
    await vscode.window.showTextDocument(document)
    const manuscript = await vscode.workspace.openTextDocument({ language: 'markdown', content: sentence })
    await vscode.window.showTextDocument(manuscript)
    // By now the server would have linked what was opened before.
    await eventually('hints of the manuscript', () => hintsOf(manuscript), atLeastTwo)
    assert.deepEqual(await hintsOf(document), [])
  })
})
