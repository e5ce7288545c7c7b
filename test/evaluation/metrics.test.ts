import assert from 'node:assert/strict'
import {
  bootstrapInterval,
  calibrationError,
  precisionRecall,
  quantile,
  reliability,
} from '../../src/evaluation/index.ts'
import { seededRandom } from '../../src/linking/index.ts'

describe('precisionRecall', () => {
  it('is what the textbook says', () => {
    const { precision, recall, f1 } = precisionRecall({ nPredicted: 4, nRight: 2, nGold: 8, nFound: 2 })
    assert.deepEqual([precision, recall], [0.5, 0.25])
    assert.ok(Math.abs(f1 - 1 / 3) < 1e-12)
  })

  it('is 0 when there is nothing to count', () => {
    assert.deepEqual(precisionRecall({ nPredicted: 0, nRight: 0, nGold: 0, nFound: 0 }), {
      precision: 0,
      recall: 0,
      f1: 0,
    })
  })
})

describe('calibrationError', () => {
  const answers = (
    probability: number,
    rights: readonly boolean[],
  ): { probability: number; isRight: boolean }[] => rights.map((isRight) => ({ probability, isRight }))

  it('is 0 when probabilities say how often answers are right', () => {
    const error = calibrationError([
      ...answers(0.5, [true, false]),
      ...answers(1, [true]),
      ...answers(0, [false]),
    ])
    assert.equal(error, 0)
  })

  it('is the distance in each bin, weighted by its answers', () => {
    const error = calibrationError([...answers(0.9, [false]), ...answers(0.1, [true, false, false])])
    assert.ok(Math.abs(error - (0.9 + 0.7) / 4) < 1e-12)
  })

  it('is 0 for no answers', () => {
    assert.equal(calibrationError([]), 0)
  })
})

describe('reliability', () => {
  it('has every answer in the bin of its probability, the surest in the last', () => {
    const bins = reliability(
      [
        { probability: 0.1, isRight: false },
        { probability: 0.3, isRight: true },
        { probability: 1, isRight: true },
        { probability: 0.8, isRight: false },
      ],
      2,
    )
    assert.deepEqual(bins, [
      { from: 0, to: 0.5, n: 2, probability: 0.2, right: 0.5 },
      { from: 0.5, to: 1, n: 2, probability: 0.9, right: 0.5 },
    ])
  })

  it('tells of bins without answers, too', () => {
    assert.deepEqual(
      reliability([], 3).map(({ n, probability, right }) => [n, probability, right]),
      [
        [0, 0, 0],
        [0, 0, 0],
        [0, 0, 0],
      ],
    )
  })
})

describe('bootstrapInterval', () => {
  const sums = Array.from({ length: 100 }, (_, i) => ({ sum: i % 5 === 0 ? 0 : 2, n: 2 }))

  it('holds the mean, and is the same for the same seed', () => {
    const interval = bootstrapInterval(sums)
    assert.ok(interval)
    assert.ok(interval.low < 0.8 && interval.high > 0.8)
    assert.ok(interval.low > 0.68 && interval.high < 0.9)
    assert.deepEqual(bootstrapInterval(sums), interval)
    assert.notDeepEqual(bootstrapInterval(sums, { seed: 2 }), interval)
  })

  it('is a point when all documents agree, and nothing without mentions', () => {
    assert.deepEqual(bootstrapInterval([{ sum: 3, n: 3 }]), { low: 1, high: 1 })
    assert.equal(bootstrapInterval([{ sum: 0, n: 0 }]), undefined)
  })
})

describe('quantile', () => {
  it('takes the nearest rank', () => {
    const sorted = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert.deepEqual(
      [quantile(sorted, 0.5), quantile(sorted, 0.95), quantile(sorted, 0), quantile(sorted, 1)],
      [5, 10, 1, 10],
    )
    assert.equal(quantile([], 0.5), 0)
  })
})

describe('seededRandom', () => {
  it('gives the same numbers in [0, 1) for the same seed', () => {
    const [a, b] = [seededRandom(7), seededRandom(7)]
    for (let i = 0; i < 100; i++) {
      const value = a()
      assert.ok(value >= 0 && value < 1)
      assert.equal(b(), value)
    }
  })
})
