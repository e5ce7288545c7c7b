import assert from 'node:assert/strict'
import { createProgressMeter, duration } from '../../../src/client/knowledgeBases/progressText.ts'
import type { TaskProgress } from '../../../src/protocol/index.ts'

const part = (label: string, done: number, total: number, unit: TaskProgress['unit']): TaskProgress => ({
  kind: 'progress',
  label,
  done,
  total,
  unit,
})

describe('the progress of a task', () => {
  it('has a rate and the time left once it has a pace, per part', () => {
    let now = 0
    const meter = createProgressMeter(() => now)
    assert.equal(meter.text(part('Mondo', 0, 45e6, 'bytes')), 'Mondo: 0.0 of 45.0 MB')
    now = 1000
    assert.equal(meter.text(part('Mondo', 2e6, 45e6, 'bytes')), 'Mondo: 2.0 of 45.0 MB')
    now = 10_000
    assert.equal(
      meter.text(part('Mondo', 20e6, 45e6, 'bytes')),
      'Mondo: 20.0 of 45.0 MB, 2.0 MB/s, 13 s left',
    )
    assert.equal(meter.text(part('imported', 0.1, 1, 'share')), 'imported: 10 %')
    now = 20_000
    assert.equal(meter.text(part('imported', 0.2, 1, 'share')), 'imported: 20 %, 60 % a minute, 80 s left')
  })

  it('does not count what was there before as its pace', () => {
    let now = 0
    const meter = createProgressMeter(() => now)
    meter.text(part('GO', 30e6, 40e6, 'bytes'))
    now = 5000
    assert.equal(meter.text(part('GO', 35e6, 40e6, 'bytes')), 'GO: 35.0 of 40.0 MB, 1.0 MB/s, 5 s left')
  })

  it('does without a total', () => {
    assert.equal(createProgressMeter(() => 0).text(part('GO', 30e6, 0, 'bytes')), 'GO: 30.0 MB')
  })

  it('moves the bar by what came since', () => {
    const meter = createProgressMeter(() => 0)
    assert.equal(meter.increment(part('a', 1, 4, 'things')), 25)
    assert.equal(meter.increment(part('a', 2, 4, 'things')), 25)
    assert.equal(meter.increment(part('b', 1, 4, 'things')), 0)
  })

  it('says durations as people do', () => {
    assert.deepEqual([900, 89_000, 100_000, 3_900_000, 7_500_000].map(duration), [
      '1 s',
      '89 s',
      '2 min',
      '65 min',
      '2 h 5 min',
    ])
  })
})
