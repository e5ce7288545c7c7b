/** Knowledge bases are imported, listed, chosen and removed in the editor. */
import assert from 'node:assert/strict'
import { cp } from 'node:fs/promises'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import * as vscode from 'vscode'
import {
  closeAllTabs,
  eventually,
  folderUri,
  hintsOf,
  labelOf,
  linkedHints,
  openManuscript,
} from './editor.ts'

interface Summary {
  readonly name: string
  readonly out: string
  readonly nConcepts: number
}

const kbPath = () => vscode.workspace.getConfiguration('conceptLens').get<string>('knowledgeBase.path')
const accept = () => vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem')

/** Answers every question of the import with Enter, as a person who takes what is suggested, until it is done. */
async function importByEnter(sources: readonly string[]): Promise<Summary> {
  let isDone = false
  const importing = vscode.commands.executeCommand<Summary | undefined>('conceptLens.importKnowledgeBase', {
    sources,
  })
  const done = Promise.resolve(importing).finally(() => (isDone = true))
  while (!isDone) {
    await Promise.race([delay(500), done])
    if (!isDone) await accept()
  }
  const summary = await done
  assert.ok(summary, 'the import came to its end')
  return summary
}

describe('knowledge bases', () => {
  const workspace = () => folderUri().fsPath
  let release: Summary
  let lab: Summary

  before(async () => {
    const root = process.env['CONCEPTLENS_E2E_ROOT']
    assert.ok(root !== undefined)
    await cp(join(root, 'test', 'fixtures', 'rrf', 'umls'), join(workspace(), 'umls'), { recursive: true })
    const words = ['asthma', 'diabetes', 'patients', 'insulin', 'glucose', 'metformin', 'cells', 'mice']
    const rows = words.map((word, i) => `LAB:${i + 1},${word},T047`)
    await vscode.workspace.fs.writeFile(
      vscode.Uri.joinPath(folderUri(), 'lab.csv'),
      new TextEncoder().encode(`id,name,type\n${rows.join('\n')}\n`),
    )
  })
  after(closeAllTabs)

  it('are made of a release by taking what the steps suggest', async () => {
    release = await importByEnter([join(workspace(), 'umls')])
    assert.deepEqual([release.name, release.nConcepts], ['umls', 4])
    assert.ok(existsSync(join(release.out, 'manifest.json')))
    const folder = join(release.out, '..')
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.includes('building')),
      [],
    )
  })

  it('are made of a names table', async () => {
    lab = await importByEnter([join(workspace(), 'lab.csv')])
    assert.deepEqual([lab.name, lab.nConcepts], ['lab', 8])
  })

  it('link again without a reload when another one is chosen', async () => {
    const document = await openManuscript('manuscript.md')
    const starter = (await linkedHints(document)).map(labelOf)
    assert.ok(starter.length > 0)
    const isLab = (hints: readonly string[]): boolean =>
      hints.length > 0 && hints.every((label) => label.includes('LAB:'))
    assert.equal(isLab(starter), false)
    await vscode.commands.executeCommand('conceptLens.useKnowledgeBaseHere', { path: lab.out })
    assert.equal(kbPath(), lab.out)
    const labels = async (): Promise<string[]> => (await hintsOf(document)).map(labelOf)
    await eventually('hints of the names table', labels, isLab)
  })

  it('are removed after a question, and the starter serves again', async () => {
    const document = await openManuscript('manuscript.md')
    // The question is a dialog of the window, whose button the runner presses (`windows.ts`).
    await vscode.commands.executeCommand('conceptLens.removeKnowledgeBase', { path: lab.out })
    assert.equal(existsSync(lab.out), false)
    assert.notEqual(kbPath(), lab.out)
    await eventually(
      'hints of the starter',
      async () => (await hintsOf(document)).map(labelOf),
      (hints) => hints.length > 0 && hints.every((label) => !label.includes('LAB:')),
    )
  })
})
