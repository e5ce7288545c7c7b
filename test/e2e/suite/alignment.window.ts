/** A table is aligned without a question, in a process that can be stopped and goes on. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import * as vscode from 'vscode'
import { closeAllTabs, eventually, folderUri } from './editor.ts'

interface Summary {
  readonly nTerms: number
  readonly nBefore: number
  readonly accepted: number
  readonly review: number
  readonly none: number
}

const complaints = [
  'Shortness of breath',
  'high blood pressure',
  'sugar disease',
  'Heart attack',
  'trouble swallowing',
  'hearing loss in one ear',
  'kidneys failing',
  'asthma',
  'too little iron',
  'lost keys',
  'funny feeling in left arm',
  'loss of smell',
]

const align = (): Thenable<Summary | undefined> =>
  vscode.commands.executeCommand('conceptLens.alignVocabulary', {
    table: join(folderUri().fsPath, 'survey.csv'),
    column: 'complaint',
  })

describe('aligning a table', () => {
  before(async () => {
    const rows = [...complaints, 'asthma'].map(
      (complaint, i) => `${1001 + i},${complaint},form ${(i % 3) + 1}`,
    )
    await vscode.workspace.fs.writeFile(
      vscode.Uri.joinPath(folderUri(), 'survey.csv'),
      new TextEncoder().encode(`patient,complaint,form\n${rows.join('\n')}\n`),
    )
  })
  after(closeAllTabs)

  it('opens the review of its terms', async () => {
    const summary = await align()
    assert.ok(summary)
    assert.equal(summary.nTerms, complaints.length)
    assert.equal(summary.accepted + summary.review + summary.none, complaints.length)
    const tabs = await eventually(
      'a tab',
      () => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label)),
      (labels) => labels.length > 0,
    )
    assert.deepEqual(tabs, ['Review survey.csv'])
  })

  it('takes from what is kept when the same table comes again, in the same tab', async () => {
    const summary = await align()
    assert.equal(summary?.nBefore, complaints.length)
    const labels = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label))
    assert.deepEqual(labels, ['Review survey.csv'])
  })
})
