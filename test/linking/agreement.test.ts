import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import type { LinkedPassage } from '../../src/core/index.ts'
import { makeAgree } from '../../src/linking/agreement.ts'
import { revise } from '../../src/linking/opinions.ts'
import { choicesOf, linkBetween, passageWith } from '../support/links.ts'

const agreed = (passages: readonly LinkedPassage[]) => revise(passages, makeAgree)

describe('makeAgree', () => {
  it('gives identical mentions the concept with the best mean probability', () => {
    const passages = [
      passageWith(linkBetween('cold', 0.9, 0.1), linkBetween('flu', 0.2, 0.8)),
      passageWith(linkBetween('cold', 0.4, 0.6)),
    ]
    assert.deepEqual(choicesOf(agreed(passages)), [['A 0.65', 'B 0.80'], ['A 0.65']])
  })

  it('lets "none of these" win', () => {
    const unsure = linkBetween('cold', 0.35, 0)
    const passages = [passageWith(linkBetween('cold', 0.4, 0.1), unsure, unsure)]
    assert.deepEqual(choicesOf(agreed(passages)), [['- 0.60', '- 0.60', '- 0.60']])
  })

  it('orders candidates by their mean probability, whatever group the mention was taken for', () => {
    const surely = linkBetween('cold', 0.9, 0.1)
    const rather = linkBetween('cold', 0.4, 0.6)
    const grouped = { ...rather, mention: { ...rather.mention, group: 'DISO' } }
    const [linked] = agreed([passageWith(surely, grouped)])
    for (const { candidates } of linked?.links ?? [])
      assert.deepEqual(
        candidates.map(({ id, probability }) => `${id} ${probability.toFixed(2)}`),
        ['A 0.65', 'B 0.35'],
      )
  })

  it('does not depend on the order of the mentions', () => {
    const links = [0.9, 0.3, 0.5].map((p) => linkBetween('cold', p, (1 - p) / 2))
    const forth = choicesOf(agreed([passageWith(...links)]))[0]
    const back = choicesOf(agreed([passageWith(...links.toReversed())]))[0]
    assert.deepEqual(forth, back)
  })

  it('leaves the author and other expansions alone', () => {
    const author = linkBetween('cold', 0, 1, { chosenBy: 'author', probability: 1 })
    const other = linkBetween('cold', 0.4, 0.6)
    const passages = [
      passageWith(author, linkBetween('cold', 0.9, 0.1), {
        ...other,
        mention: { ...other.mention, expansion: 'chronic obstructive lung disease' },
      }),
    ]
    assert.deepEqual(choicesOf(agreed(passages)), [['B 1.00', 'A 0.90', 'B 0.60']])
    assert.equal(agreed(passages)[0], passages[0])
  })
})
