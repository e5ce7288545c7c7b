/** A language model is asked about an uncertain mention, and a model finds mentions of a type that a person named. */
import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import {
  closeAllTabs,
  eventually,
  hintAt,
  hintsOf,
  hoverText,
  labelOf,
  openManuscript,
  positionIn,
  rangeOf,
  sayNotAConcept,
} from './editor.ts'

const FILE = 'uncertain.md'

const settings = () => vscode.workspace.getConfiguration('conceptLens')

/** Waits until the hint behind some words says this; `undefined`: until there is none, but others are. */
async function hintBecomes(
  document: vscode.TextDocument,
  words: string,
  label: string | undefined,
): Promise<void> {
  const end = positionIn(document, words).translate(0, 1)
  await eventually(
    `the hint of ${words}`,
    async () => {
      const hint = await hintAt(document, end)
      return { label: hint && labelOf(hint), nHints: (await hintsOf(document)).length }
    },
    (found) => found.nHints > 0 && found.label === label,
  )
}

describe('a language model behind a server', () => {
  after(closeAllTabs)

  it('is asked about an uncertain mention, and its answer takes the place of the first link', async () => {
    const document = await openManuscript(FILE)
    await hintBecomes(document, 'MS', 'C0037813')
    assert.match(await hoverText(document, positionIn(document, 'MS')), /Mass Spectrometry/)
  })

  it('that sends nonsense leaves the first links alone', async () => {
    const document = await openManuscript(FILE)
    const server = settings().get<string>('languageModel.server') ?? ''
    const set = (value: string) =>
      settings().update('languageModel.server', value, vscode.ConfigurationTarget.Global)
    await set(server.replace('/v1', '/nonsense/v1'))
    await hintBecomes(document, 'MS', 'C0026769')
    await set(server)
    await hintBecomes(document, 'MS', 'C0037813')
  })
})

describe('a type that a person named', () => {
  after(closeAllTabs)

  it('is shown where no concept fits, until they say that it is no concept', async () => {
    const document = await openManuscript(FILE)
    await hintBecomes(document, 'KLX7', 'cell line')
    assert.match(await hoverText(document, positionIn(document, 'KLX7')), /cell line.*no concept is linked/)
    await sayNotAConcept(document, rangeOf(document, 'KLX7'))
    await hintBecomes(document, 'KLX7', undefined)
    await vscode.commands.executeCommand('conceptLens.undoDecision')
    await hintBecomes(document, 'KLX7', 'cell line')
  })
})
