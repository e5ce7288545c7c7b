/** What is decided before the window is reloaded; `afterReload.window.ts` finds it again. */
import assert from 'node:assert/strict'
import {
  asthma,
  decide,
  eventually,
  hintAt,
  hoverText,
  openManuscript,
  positionIn,
  rangeOf,
} from './editor.ts'

describe('before the window is reloaded', () => {
  it('the author says that one word is no concept, and what another one means', async () => {
    const document = await openManuscript('manuscript.md')
    const word = rangeOf(document, 'hyperglycemia')
    await eventually(
      'its hint',
      () => hintAt(document, word.end),
      (hint) => hint !== undefined,
    )
    await decide(document, word, { scope: 'here' })
    await decide(document, rangeOf(document, 'restores'), { scope: 'here', id: asthma })
    await eventually(
      'its hint gone',
      () => hintAt(document, word.end),
      (hint) => hint === undefined,
    )
    const text = await eventually(
      'the choice',
      () => hoverText(document, positionIn(document, 'restores')),
      (hover) => hover.includes('your choice'),
    )
    assert.match(text, /asthma/i)
  })
})
