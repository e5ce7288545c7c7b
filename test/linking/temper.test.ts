import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { revise } from '../../src/linking/opinions.ts'
import { sharpnessFor, temper } from '../../src/linking/temper.ts'
import { linkBetween, passageWith } from '../support/links.ts'

describe('temper', () => {
  it('makes probabilities less sure, "none of these" among them', () => {
    const [linked] = revise([passageWith(linkBetween('cold', 0.64, 0.04))], (all) => temper(all, 0.5))
    const [link] = linked?.links ?? []
    const total = 0.8 + 0.2 + Math.sqrt(0.32)
    assert.ok(Math.abs((link?.probability ?? 0) - 0.8 / total) < 1e-12)
    assert.deepEqual(
      link?.candidates.map(({ id }) => id),
      ['A', 'B'],
    )
  })

  it('is for knowledge bases that join vocabularies', () => {
    const source = (name: string, nConcepts: number) => ({
      ...{ name, title: name, version: '1', licence: '', nConcepts, nNames: nConcepts },
    })
    const info = { name: 'k', version: '1', fingerprint: 'k', nConcepts: 9, nNames: 9 }
    const observed = source('MedMentions', 2)
    assert.equal(sharpnessFor({ ...info, sources: [source('CTD', 9), observed] }), 1)
    assert.equal(sharpnessFor({ ...info, sources: [source('MSH', 8), source('MONDO', 5), observed] }), 0.88)
  })

  it('leaves order and choice, and the author, as they are', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 0.5, noNaN: true }),
        fc.double({ min: 0.01, max: 0.49, noNaN: true }),
        fc.double({ min: 0.1, max: 1, noNaN: true }),
        (a, b, sharpness) => {
          const author = linkBetween('flu', a, b, { chosenBy: 'author', chosen: 'A', probability: 1 })
          const before = passageWith(linkBetween('cold', a, b), author)
          const [after] = revise([before], (all) => temper(all, sharpness))
          const [best] = before.links[0]?.candidates ?? []
          const [link] = after?.links ?? []
          assert.equal(link?.candidates[0]?.id, best?.id)
          // As sure as "none of these" but for rounding: either may be chosen.
          if (Math.abs(Math.max(a, b) - (1 - a - b)) > 1e-9)
            assert.equal(link?.chosen, Math.max(a, b) > 1 - a - b ? best?.id : undefined)
          assert.equal(after?.links[1], author)
        },
      ),
      { seed: 4 },
    )
  })
})
