import assert from 'node:assert/strict'
import { openTogether } from '../../src/cli/openTogether.ts'

describe('openTogether', () => {
  const ended: string[] = []
  beforeEach(() => ended.splice(0))
  const thing = (name: string) => ({
    name,
    dispose() {
      ended.push(name)
      return Promise.resolve()
    },
  })
  const later = <T>(value: T): Promise<T> => new Promise((resolve) => setImmediate(resolve, value))

  it('gives things in the order in which they were asked for, and ends all of them', async () => {
    const { opened, dispose } = await openTogether(
      later(thing('slow')),
      Promise.resolve(undefined),
      Promise.resolve(thing('quick')),
    )
    assert.deepEqual([opened[0].name, opened[1], opened[2].name], ['slow', undefined, 'quick'])
    await dispose()
    assert.deepEqual(ended.toSorted(), ['quick', 'slow'])
  })

  it('ends what was opened when one cannot be, also what is ready only then', async () => {
    const failing = openTogether(
      Promise.resolve(thing('quick')),
      Promise.reject(new Error('There is no such model.')),
      later(thing('slow')),
    )
    await assert.rejects(failing, /no such model/)
    assert.deepEqual(ended.toSorted(), ['quick', 'slow'])
  })
})
