import assert from 'node:assert/strict'
import fc from 'fast-check'
import { createOffsetMap, OFFSET_UNITS } from '../../src/formats/index.ts'
import { prose } from './arbitraries.ts'

describe('createOffsetMap', () => {
  it('counts an astral letter as one code point, four bytes and two UTF-16 units', () => {
    const text = '𝛼β-x'
    assert.deepEqual(
      OFFSET_UNITS.map((unit) => createOffsetMap(text, unit).fromUtf16(2)),
      [1, 4, 2],
    )
    assert.deepEqual(
      OFFSET_UNITS.map((unit) => createOffsetMap(text, unit).length),
      [4, 8, 5],
    )
  })

  it('has no position inside a character or outside the text', () => {
    assert.equal(createOffsetMap('β', 'byte').toUtf16(1), undefined)
    assert.equal(createOffsetMap('β', 'code-point').toUtf16(2), undefined)
    assert.equal(createOffsetMap('abc', 'code-point').toUtf16(-1), undefined)
    assert.equal(createOffsetMap('abc', 'code-point').toUtf16(1.5), undefined)
  })

  it('comes back to where it started', () => {
    fc.assert(
      fc.property(prose, fc.constantFrom(...OFFSET_UNITS), (text, unit) => {
        const map = createOffsetMap(text, unit)
        let position = 0
        for (const character of text) {
          assert.equal(map.toUtf16(map.fromUtf16(position)), position)
          position += character.length
        }
        assert.equal(map.toUtf16(map.length), text.length)
      }),
      { seed: 1 },
    )
  })

  it('agrees with the platform', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (text) => {
        assert.equal(createOffsetMap(text, 'byte').length, new TextEncoder().encode(text).length)
        assert.equal(createOffsetMap(text, 'code-point').length, [...text].length)
      }),
      { seed: 2, numRuns: 50 },
    )
  })
})
