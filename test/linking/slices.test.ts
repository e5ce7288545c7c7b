import assert from 'node:assert/strict'
import { allSteps, type Steps } from '../../src/core/index.ts'
import { createSlices } from '../../src/linking/slices.ts'

/** Steps that each take longer than a slice. */
function* slow(log: string[]): Steps<string> {
  for (const step of ['one', 'two']) {
    const endMs = performance.now() + 6
    while (performance.now() < endMs);
    log.push(step)
    yield
  }
  return 'done'
}

describe('slices', () => {
  it('let others have their turn between the steps of long work', async () => {
    const log: string[] = []
    const slices = createSlices(() => new Promise((resolve) => setImmediate(resolve)))
    const other = (): void => void log.push('other')
    setImmediate(() => {
      other()
      setImmediate(other)
    })
    assert.equal(await slices.runSteps(slow(log)), 'done')
    assert.deepEqual(log, ['one', 'other', 'two', 'other'])
  })

  it('are not waited for where the work is short', async () => {
    let nPauses = 0
    const slices = createSlices(() => {
      nPauses += 1
      return Promise.resolve()
    })
    function* short(): Steps<number> {
      yield
      return 7
    }
    assert.equal(await slices.runSteps(short()), 7)
    assert.equal(nPauses, 0)
  })

  it('can be left out: all steps are then done at once', () => {
    const log: string[] = []
    assert.equal(allSteps(slow(log)), 'done')
    assert.deepEqual(log, ['one', 'two'])
  })
})
