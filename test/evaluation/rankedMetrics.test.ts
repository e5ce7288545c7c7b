import assert from 'node:assert/strict'
import { averagePrecision, edrm } from '../../src/evaluation/rankedMetrics.ts'

describe('EDRM', () => {
  it('is 1 for the reference itself and 0 for what is farthest from it', () => {
    assert.equal(edrm([{ given: 3, reference: 3 }], [0, 5]), 1)
    assert.equal(edrm([{ given: 0, reference: 3 }], [0, 5]), 0)
    assert.equal(edrm([{ given: 5, reference: 0 }], [0, 5]), 0)
    assert.equal(edrm([], [0, 5]), 0)
  })

  it('measures a distance by the greatest there could be', () => {
    // From 3 nothing is farther than 3 away; from 5 nothing farther than 5.
    const answers = [
      { given: 4, reference: 3 },
      { given: 4, reference: 5 },
    ]
    assert.ok(Math.abs(edrm(answers, [0, 5]) - (2 / 3 + 4 / 5) / 2) < 1e-12)
  })
})

describe('average precision', () => {
  it('is one over the rank of a sole right answer', () => {
    assert.equal(averagePrecision([false, false, true, false], 1), 1 / 3)
    assert.equal(averagePrecision([false], 1), 0)
  })

  it('averages the precision at every right answer; those not found count 0', () => {
    assert.equal(averagePrecision([true, false, true], 2), (1 + 2 / 3) / 2)
    assert.equal(averagePrecision([true, false, true], 4), (1 + 2 / 3) / 4)
  })
})
