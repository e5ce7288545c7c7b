import assert from 'node:assert/strict'
import fc from 'fast-check'
import { makeAgree } from '../../src/linking/agreement.ts'
import { makeCoherent } from '../../src/linking/coherence.ts'
import { revise, reviseFirst } from '../../src/linking/opinions.ts'
import { temper } from '../../src/linking/temper.ts'
import { linkBetween, passageWith } from '../support/links.ts'

const half = fc.double({ min: 0.01, max: 0.5, noNaN: true })
const link = fc
  .record({ text: fc.constantFrom('a', 'b', 'c'), a: half, b: half })
  .map(({ text, a, b }) => linkBetween(text, a, b))
const passages = fc.array(
  fc.array(link, { maxLength: 4 }).map((links) => passageWith(...links)),
  { maxLength: 4 },
)

describe('revise', () => {
  it('gives the same when asked again, and for the first passage alone', () => {
    fc.assert(
      fc.property(passages, (some) => {
        const all = revise(some, makeCoherent, makeAgree, temper)
        assert.deepEqual(revise(some, makeCoherent, makeAgree, temper), all)
        assert.deepEqual(reviseFirst(some, makeCoherent, makeAgree, temper), all[0])
      }),
      { seed: 5 },
    )
  })

  it('keeps the objects of which nothing changes', () => {
    fc.assert(
      fc.property(passages, (some) => {
        assert.deepEqual(revise(some), some)
        revise(some).forEach((one, i) => assert.equal(one, some[i]))
        assert.equal(reviseFirst(some), some[0])
      }),
      { seed: 6 },
    )
  })
})
