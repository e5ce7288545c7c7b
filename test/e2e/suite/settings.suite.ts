import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { eventually, hintsOf, labelOf, linkedHints, openManuscript, quickFixes } from './editor.ts'

describe('settings and commands', () => {
  const settings = () => vscode.workspace.getConfiguration('conceptLens')
  const set = (key: string, value: unknown) =>
    settings().update(key, value, vscode.ConfigurationTarget.Workspace)

  afterEach(async () => {
    for (const key of ['enable', 'inlayHints.show', 'inlayHints.label', 'minimumProbability'])
      await set(key, undefined)
  })

  it('switches linking off and on again', async () => {
    const document = await openManuscript('manuscript.md')
    await linkedHints(document)
    await set('enable', false)
    await eventually(
      'no hints',
      () => hintsOf(document),
      (hints) => hints.length === 0,
    )
    await set('enable', true)
    await eventually(
      'hints again',
      () => hintsOf(document),
      (hints) => hints.length > 0,
    )
  })

  it('shows all mentions, names instead of ids, or none', async () => {
    const document = await openManuscript('manuscript.md')
    const first = await linkedHints(document)
    await set('inlayHints.show', 'all')
    await eventually(
      'more hints',
      () => hintsOf(document),
      (hints) => hints.length > first.length,
    )
    await set('inlayHints.label', 'name')
    // STK11 is a name; ids are CUIs (C0011849) and CURIEs (GO:0006915).
    const isName = (hint: vscode.InlayHint) => !/^(C\d{7}|[A-Z]+:\S+)$/.test(labelOf(hint))
    await eventually(
      'names',
      () => hintsOf(document),
      (hints) => hints.length > 0 && hints.every(isName),
    )
    await set('inlayHints.show', 'off')
    await eventually(
      'no hints',
      () => hintsOf(document),
      (hints) => hints.length === 0,
    )
  })

  it('keeps improbable links quiet', async () => {
    const document = await openManuscript('manuscript.md')
    const before = await linkedHints(document)
    await set('minimumProbability', 0.95)
    await eventually(
      'fewer hints',
      () => hintsOf(document),
      (hints) => hints.length < before.length,
    )
  })

  it('offers to link a selection that no detector marked', async () => {
    const document = await vscode.workspace.openTextDocument({
      language: 'markdown',
      content: 'The qwerty of mice.\n',
    })
    await vscode.window.showTextDocument(document)
    const titles = async () =>
      (await quickFixes(document, new vscode.Range(0, 4, 0, 10))).map(({ title }) => title)
    const offered = await eventually('quick fixes', titles, (found) => found.length > 0)
    assert.ok(
      offered.some((title) => /link/i.test(title)),
      offered.join('; '),
    )
  })

  it('reads decisions again after the server was restarted', async () => {
    const document = await openManuscript('manuscript.md')
    const [hint] = await linkedHints(document)
    assert.ok(hint !== undefined)
    const { position } = hint
    await vscode.commands.executeCommand('conceptLens.notConceptHere', {
      uri: document.uri.toString(),
      range: { start: position.translate(0, -1), end: position },
    })
    const isGone = (hints: vscode.InlayHint[]) =>
      hints.length > 0 && hints.every((one) => !one.position.isEqual(position))
    await eventually('the hint gone', () => hintsOf(document), isGone)
    await vscode.commands.executeCommand('conceptLens.restartServer')
    await eventually('hints of the new server', () => hintsOf(document), isGone, 60_000)
    await vscode.commands.executeCommand('conceptLens.undoDecision')
    await eventually(
      'the hint back',
      () => hintsOf(document),
      (hints) => hints.some((one) => one.position.isEqual(position)),
    )
  })
})
