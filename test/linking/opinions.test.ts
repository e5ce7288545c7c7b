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
        const again = revise([...some], makeCoherent, makeAgree, temper)
        again.forEach((one, i) => assert.equal(one, all[i]))
        assert.equal(again.length, some.length)
        // Without what is kept of the list, which is found by its first passage.
        const [first, ...others] = some
        if (first) assert.deepEqual(revise([{ ...first }, ...others], makeCoherent, makeAgree, temper), all)
        assert.deepEqual(reviseFirst(some, makeCoherent, makeAgree, temper), all[0])
      }),
      { seed: 5 },
    )
  })

  it('asks anew when a passage, their number or what is revised is another', () => {
    fc.assert(
      fc.property(passages, passages, (some, others) => {
        const all = [...some, ...others]
        const anew = (list: typeof all) => revise(structuredClone(list), makeCoherent, makeAgree, temper)
        revise(all, makeCoherent, makeAgree, temper)
        for (const list of [some, all, all.toSpliced(-1, 1)])
          assert.deepEqual(revise(list, makeCoherent, makeAgree, temper), anew(list))
        assert.deepEqual(revise(all, temper), revise(structuredClone(all), temper))
      }),
      { seed: 7 },
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
