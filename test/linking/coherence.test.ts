import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import type { LinkedPassage } from '../../src/core/index.ts'
import { makeCoherent } from '../../src/linking/coherence.ts'
import { revise } from '../../src/linking/opinions.ts'
import { choicesOf, linkBetween, passageWith } from '../support/links.ts'

const coherent = (passages: readonly LinkedPassage[], weight: number) =>
  revise(passages, (opinions) => makeCoherent(opinions, weight))

describe('makeCoherent', () => {
  it('lets other words for a concept support it', () => {
    const passages = [passageWith(linkBetween('infarcts', 0.45, 0.5), linkBetween('heart attack', 0.8, 0))]
    const [first, second] = coherent(passages, 1)[0]?.links ?? []
    assert.equal(first?.chosen, 'A')
    assert.deepEqual(
      first.candidates.map(({ id }) => id),
      ['A', 'B'],
    )
    // 0.45 · (1 + 0.8) against 0.5 · (1 + 0) and 0.05 for "none of these".
    assert.ok(Math.abs(first.probability - 0.81 / 1.36) < 1e-12)
    assert.ok(Math.abs((second?.probability ?? 0) - (0.8 * 1.45) / (0.8 * 1.45 + 0.2)) < 1e-12)
  })

  it('counts no surface form twice, nor for itself', () => {
    const alone = [passageWith(linkBetween('cold', 0.6, 0.3), linkBetween('Cold', 0.5, 0.4))]
    assert.equal(coherent(alone, 1)[0], alone[0])
    const once = [passageWith(linkBetween('flu', 0.4, 0.5), linkBetween('cold', 0.6, 0.3))]
    const twice = [...once, passageWith(linkBetween('cold', 0.5, 0.3))]
    assert.deepEqual(coherent(twice, 1)[0], coherent(once, 1)[0])
  })

  it('takes the author at his word, and leaves his choice alone', () => {
    const settled = linkBetween('MI', 0.1, 0.9, { chosen: 'A', probability: 1, chosenBy: 'author' })
    const passages = [passageWith(settled, linkBetween('infarct', 0.45, 0.5))]
    const [author, model] = coherent(passages, 1)[0]?.links ?? []
    assert.equal(author, settled)
    assert.equal(model?.chosen, 'A')
  })

  it('keeps "none of these" where nothing speaks for a concept', () => {
    const passages = [passageWith(linkBetween('Figure', 0.1, 0.1), linkBetween('graph', 0.3, 0))]
    assert.deepEqual(choicesOf(coherent(passages, 1)), [['- 0.78', '- 0.68']])
  })

  it('does not depend on the order, and keeps a distribution', () => {
    const one = fc.record({
      text: fc.constantFrom('a', 'b', 'c', 'd'),
      a: fc.double({ min: 0.01, max: 0.5, noNaN: true }),
      b: fc.double({ min: 0.01, max: 0.5, noNaN: true }),
    })
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 8 }), (specs) => {
        const links = specs.map(({ text, a, b }) => linkBetween(text, a, b))
        const forwards = coherent([passageWith(...links)], 0.5)[0]?.links ?? []
        const backwards = coherent([passageWith(...links.toReversed())], 0.5)[0]?.links ?? []
        assert.deepEqual(backwards.toReversed(), forwards)
        for (const { candidates } of forwards)
          assert.ok(candidates.reduce((sum, { probability }) => sum + probability, 0) <= 1 + 1e-12)
      }),
      { seed: 3 },
    )
  })
})
