import assert from 'node:assert/strict'
import fc from 'fast-check'
import { allowedEdits, editsBetween, withOneEdit } from '../../../src/linking/search/edits.ts'

/** The definition, without a bound: the least number of edits that make `a` of `b`. */
function distance(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length
  const [restA, restB] = [a.slice(1), b.slice(1)]
  const swapped = a[0] === b[1] && a[1] === b[0] && a.length > 1 && b.length > 1
  return Math.min(
    distance(restA, restB) + (a[0] === b[0] ? 0 : 1),
    distance(restA, b) + 1,
    distance(a, restB) + 1,
    ...(swapped ? [distance(a.slice(2), b.slice(2)) + 1] : []),
  )
}

const word = fc.stringMatching(/^[abc]{0,6}$/)

describe('editsBetween', () => {
  it('counts characters left out, put in, replaced and swapped, up to a bound', () => {
    fc.assert(
      fc.property(word, word, fc.integer({ min: 0, max: 3 }), (typed, name, most) => {
        const beginnings = Array.from({ length: name.length + 1 }, (_, n) =>
          distance(typed, name.slice(0, n)),
        )
        assert.deepEqual(editsBetween(typed, name, most), {
          whole: Math.min(distance(typed, name), most + 1),
          beginning: Math.min(...beginnings, most + 1),
        })
      }),
      { seed: 11, numRuns: 300 },
    )
  })

  it('takes two swapped letters for one error', () => {
    assert.deepEqual(editsBetween('hypretension', 'hypertension', 2), { whole: 1, beginning: 1 })
    assert.deepEqual(editsBetween('hypret', 'hypertension', 1), { whole: 2, beginning: 1 })
  })
})

describe('withOneEdit', () => {
  it('gives every text that is one edit away', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ab]{1,4}$/), fc.stringMatching(/^[ab]{1,5}$/), (text, other) => {
        assert.equal(
          new Set(withOneEdit(text)).has(other),
          distance(text, other) === 1 || hasTwins(text, other),
        )
      }),
      { seed: 12, numRuns: 300 },
    )
  })

  /** Swapping or replacing equal characters gives the text itself. */
  const hasTwins = (text: string, other: string): boolean => text === other
})

describe('allowedEdits', () => {
  it('allows more errors in longer texts', () => {
    assert.deepEqual([3, 4, 7, 8, 13, 14].map(allowedEdits), [0, 1, 1, 2, 2, 3])
  })
})
