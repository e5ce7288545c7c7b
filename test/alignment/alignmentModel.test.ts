import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readAlignmentModel } from '../../src/alignment/index.ts'
import { interpolated } from '../../src/alignment/weigh.ts'
import { plainModel } from './model.ts'

const shipped = join(import.meta.dirname, '..', '..', 'models', 'linker', 'alignment.json')

describe('the weights of evidence', () => {
  it('that ship can be read, and their curves rise', () => {
    const { variants } = readAlignmentModel(readFileSync(shipped, 'utf8'), shipped)
    assert.ok(variants['names+encoder']?.encoder)
    for (const [name, { calibration }] of Object.entries(variants)) {
      const curves = [calibration.alone, calibration.agree, calibration.disagree].flatMap((both) =>
        both === undefined ? [] : [both.exact, both.similar],
      )
      assert.ok(curves.length > 0, name)
      for (const curve of curves)
        curve.forEach(([x, p], i) => {
          const [x0, p0] = curve[i - 1] ?? [0, 0]
          assert.ok(x >= x0 && p >= p0 && p < 1, `${name} ${i}`)
        })
    }
  })

  it('say what is wrong with them', () => {
    const read = (change: object) => () =>
      readAlignmentModel(JSON.stringify({ ...plainModel, ...change }), 'a.json')
    assert.doesNotThrow(read({}))
    assert.throws(() => readAlignmentModel('{', 'a.json'), /a.json cannot be used.*Install the model again/)
    assert.throws(read({ features: ['exact'] }), /its features are exact; this program has lexicalScore/)
    assert.throws(read({ variants: {} }), /"names" is missing/)
    const names = { names: [1], bias: 0, calibration: {} }
    assert.throws(read({ variants: { names } }), /variant names has 1 weights for 15 features/)
  })

  it('are interpolated between points and level beyond them', () => {
    const curve = [
      [0.2, 0.1],
      [0.6, 0.5],
    ] as const
    assert.deepEqual(
      [0, 0.2, 0.4, 0.6, 1].map((x) => Math.round(interpolated(curve, x) * 1e6) / 1e6),
      [0.1, 0.1, 0.3, 0.5, 0.5],
    )
    assert.equal(interpolated([], 0.5), 0)
  })
})
