import assert from 'node:assert/strict'
import { rankAgreement } from '../../../src/inference/trial/agreement.ts'
import { chooseWay, withReasons } from '../../../src/inference/trial/choose.ts'
import type { Tried, Way } from '../../../src/inference/trial/trial.ts'

const scoresOf = (none: number, ...scores: number[]) => ({ scores: Float32Array.from(scores), none })

function tried(name: Partial<Way>, editing: number | undefined, manuscripts: number, agreement = 100): Tried {
  return {
    way: { provider: 'cpu', precision: 'int8', graph: 'encoder.onnx', processes: 1, threads: 1, ...name },
    outcome: 'measured',
    reason: '',
    agreement,
    pairsPerSecond: { ...(editing === undefined ? {} : { editing }), manuscripts },
  }
}

describe('rank agreement', () => {
  const expected = [scoresOf(0, 3, 2, 1), scoresOf(5, 1)]

  it('is full for the same order, whatever the scores', () => {
    assert.equal(rankAgreement(expected, [scoresOf(-9, 30, 20, 10), scoresOf(1, 0)]), 100)
  })

  it('counts the pairs that are ordered otherwise, “none of these” among them', () => {
    // 7 pairs: 6 of the first mention, 1 of the second.
    assert.equal(
      rankAgreement(expected, [scoresOf(0, 2, 3, 1), scoresOf(5, 1)]).toFixed(3),
      (600 / 7).toFixed(3),
    )
    assert.equal(
      rankAgreement(expected, [scoresOf(0, 3, 2, 1), scoresOf(0, 1)]).toFixed(3),
      (600 / 7).toFixed(3),
    )
  })

  it('is lost where there is no number, or no answer', () => {
    assert.equal(rankAgreement(expected, [scoresOf(NaN, NaN, NaN, NaN), scoresOf(NaN, NaN)]), 0)
    assert.equal(rankAgreement(expected, []), 0)
  })

  it('asks nothing about ties of the processor', () => {
    assert.equal(rankAgreement([scoresOf(1, 1)], [scoresOf(2, 1)]), 100)
  })
})

describe('the choice of a way', () => {
  const one = tried({}, 100, 100)

  it('is the simplest one unless another earns what it takes', () => {
    const two = tried({ threads: 2 }, 110, 140)
    assert.equal(chooseWay('editing', [one, two]), one.way)
    assert.equal(chooseWay('manuscripts', [one, two]), two.way)
  })

  it('is made for each use by itself', () => {
    const [two, pair] = [tried({ threads: 2 }, 130, 120), tried({ processes: 2 }, undefined, 190)]
    assert.equal(chooseWay('editing', [one, two, pair]), two.way)
    assert.equal(chooseWay('manuscripts', [one, two, pair]), pair.way)
  })

  it('is never a provider that ranks otherwise, however quick', () => {
    const wrong = tried({ provider: 'webgpu' }, 9000, 9000, 99.49)
    const right = tried({ provider: 'cuda' }, 8000, 8000, 99.5)
    assert.equal(chooseWay('editing', [one, wrong]), one.way)
    assert.equal(chooseWay('editing', [one, wrong, right]), right.way)
    const chosen = { editing: right.way, manuscripts: right.way }
    const reasons = withReasons([one, wrong, right], chosen).map(({ reason }) => reason)
    assert.match(reasons[0] ?? '', /Not chosen: 0\.01 times the speed/)
    assert.match(reasons[1] ?? '', /ranks otherwise than the processor; at least 99\.5 %/)
    assert.equal(reasons[2], 'Chosen for editing and manuscripts.')
  })

  it('is nothing where nothing was measured', () => {
    const failed: Tried = { way: one.way, outcome: 'failed', reason: 'No memory.' }
    assert.equal(chooseWay('editing', [failed]), undefined)
  })
})
