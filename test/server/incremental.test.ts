import assert from 'node:assert/strict'
import type { Engine } from '../../src/inference/index.ts'
import { drawEdits, editedText } from '../support/edits.ts'
import { editorsOfSuite } from './editor.ts'
import { countingEngine, PAPER } from './paper.ts'

const PARAGRAPHS = [
  '# Asthma and the cold',
  'The cold was bad; *asthma* came.',
  'Then metformin, for the cold.',
  'No cold in here (CC), but a CC. 🧬 cold',
  '- asthma\n- metformin',
  'The last cold of all.',
]
const TEXT = `${PARAGRAPHS.join('\n\n')}\n`

/** An engine that answers only while it is let. */
function heldEngine() {
  const engine = countingEngine()
  let release = (): void => undefined
  let gate = Promise.resolve()
  const held: Engine = {
    ...engine,
    async analyse(text, token) {
      await gate
      return engine.analyse(text, token)
    },
  }
  return {
    engine: held,
    /** Texts that were read, once each. */
    read: () => [...new Set(engine.calls.flatMap((call) => (call.kind === 'analyse' ? [call.text] : [])))],
    hold: () => {
      gate = new Promise((resolve) => (release = resolve))
    },
    release: () => release(),
  }
}

describe('an edit', () => {
  const { openPaper } = editorsOfSuite()

  it('links one passage again, while the other mentions move along', async () => {
    const { engine, read, hold, release } = heldEngine()
    const editor = await openPaper({ engine }, TEXT)
    const before = read().length
    const elsewhere = (await editor.hints(PAPER)).filter((hint) => hint.startsWith('cold'))
    hold()
    await editor.edit(PAPER, 'metformin, for', 'metformin 🧬, again for')
    // The engine has not answered: what stands elsewhere is where its words are now.
    const moved = await editor.hints(PAPER)
    assert.deepEqual(
      moved.filter((hint) => hint.startsWith('cold')),
      elsewhere,
    )
    assert.ok(!moved.some((hint) => hint.startsWith('?')))
    release()
    await editor.settled(PAPER)
    assert.deepEqual(read().slice(before), ['Then metformin 🧬, again for the cold.'])
  })

  it('elsewhere in the passage, above it or below it, links nothing else again', async () => {
    const { engine, read } = heldEngine()
    const editor = await openPaper({ engine }, TEXT)
    const edits = [
      ['# Asthma', '# Bad asthma', 1],
      ['The last', 'The very last', 1],
      ['- metformin', '- metformin\n- cold', 1],
      ['The cold was bad; *asthma* came.\n\n', '', 0],
      ['# Bad', '\n\n# Bad', 0],
    ] as const
    for (const [old, text, nRead] of edits) {
      const before = read().length
      await editor.edit(PAPER, old, text)
      await editor.settled(PAPER)
      assert.equal(read().length - before, nRead, `${old} → ${text}`)
    }
  })

  it('of any kind leaves the hints that a newly opened document has', async function () {
    this.timeout(60_000)
    const editor = await openPaper({}, TEXT)
    const edited = editedText(TEXT)
    // A position never stands between CR and LF, so that a text with both could not be edited as drawn.
    const drawnEdits = drawEdits('markdown', 20261129, 120).filter(
      (drawn) => drawn.kind !== 'type' || !drawn.text.includes('\r'),
    )
    for (const [i, drawn] of drawnEdits.entries()) {
      const before = edited.text
      const { start, end, text } = edited.apply(drawn)
      if (before === edited.text) continue
      await editor.replace(PAPER, { start, end }, text)
      if (i % 4 > 0) continue
      await editor.settled(PAPER)
      const fresh = await openPaper({}, edited.text)
      assert.deepEqual(
        await editor.hints(PAPER),
        await fresh.hints(PAPER),
        `edit ${i}: ${JSON.stringify(drawn)}`,
      )
    }
  })
})
