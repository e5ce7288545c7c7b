import assert from 'node:assert/strict'
import type { Timers } from '../../src/server/index.ts'
import { immediateTimers } from './doubles.ts'
import { editorsOfSuite } from './editor.ts'
import { PAPER } from './paper.ts'

/** Timers that note for how long; those longer than a burst's pause run when told to. */
function notingTimers() {
  const delays: number[] = []
  const resting = new Set<() => void>()
  const timers: Timers = {
    after(delayMs, callback) {
      delays.push(delayMs)
      if (delayMs < 500) return immediateTimers.after(delayMs, callback)
      resting.add(callback)
      return () => resting.delete(callback)
    },
  }
  const rest = (): void => {
    for (const callback of resting) callback()
    resting.clear()
  }
  return { timers, delays, resting, rest }
}

describe('typing', () => {
  const { openPaper } = editorsOfSuite()

  it('is linked at once after a rest, and left alone for a moment in a burst', async () => {
    const { timers, delays, rest } = notingTimers()
    const editor = await openPaper({ timers })
    const type = async (old: string, text: string): Promise<readonly number[]> => {
      delays.length = 0
      await editor.edit(PAPER, old, text)
      await editor.settled(PAPER)
      return delays.filter((delay) => delay < 400)
    }
    assert.deepEqual(await type('bad', 'very bad'), [0])
    assert.deepEqual(await type('very', 'rather'), [120])
    assert.deepEqual(await type('rather', 'quite'), [120])
    rest()
    assert.deepEqual(await type('quite', 'too'), [0])
    assert.deepEqual(await editor.hints(PAPER), [
      'cold→C0009443',
      'Asthma→C0004096',
      'metformin→CHEBI:6801',
      'cold→C0009443',
    ])
  })

  it('waits for what it takes to read a document of megabytes, also after a rest', async () => {
    const { timers, delays } = notingTimers()
    const editor = await openPaper({ timers }, `The cold was bad. ${'word '.repeat(200_000)}`)
    delays.length = 0
    await editor.edit(PAPER, 'bad', 'worse')
    await editor.settled(PAPER)
    assert.equal(delays.find((delay) => delay < 500)?.toFixed(0), '400')
  })

  it('leaves no timer behind when a document is closed', async () => {
    const { timers, resting } = notingTimers()
    const editor = await openPaper({ timers })
    await editor.edit(PAPER, 'bad', 'very bad')
    await editor.settled(PAPER)
    await editor.close(PAPER)
    await editor.request('conceptLens/undo', { uri: PAPER }).catch(() => undefined)
    assert.equal(resting.size, 0)
  })
})
