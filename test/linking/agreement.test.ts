import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import type { Link, LinkedPassage } from '../../src/core/index.ts'
import { makeAgree } from '../../src/linking/agreement.ts'

const candidate = (id: string, probability: number): Link['candidates'][number] => ({
  concept: 0,
  id,
  matchedName: id,
  matchedKind: 'preferred',
  preferredName: id,
  lexicalScore: 1,
  exact: true,
  nameCount: 0,
  conceptCount: 0,
  types: [],
  groups: [],
  probability,
})

/** A link that chose between A and B. */
function link(text: string, a: number, b: number, more: Partial<Link> = {}): Link {
  const candidates = [candidate('A', a), candidate('B', b)].sort((x, y) => y.probability - x.probability)
  const span = { start: 0, end: text.length }
  const mention = { span, text, origins: ['tagger' as const] }
  const probability = Math.max(a, b)
  return {
    mention,
    source: span,
    candidates,
    chosen: a >= b ? 'A' : 'B',
    probability,
    chosenBy: 'model',
    ...more,
  }
}

const passageOf = (...links: Link[]): LinkedPassage => ({
  passage: {
    file: 'a.md',
    text: '',
    segments: [],
    source: { start: 0, end: 0 },
    kind: 'paragraph',
    section: { kind: 'other', title: '', level: 0 },
    sentences: [],
  },
  links,
})

const choices = (passages: readonly LinkedPassage[]) =>
  passages.map(({ links }) => links.map((one) => `${one.chosen ?? '-'} ${one.probability.toFixed(2)}`))

describe('makeAgree', () => {
  it('gives identical mentions the concept with the best mean probability', () => {
    const passages = [
      passageOf(link('cold', 0.9, 0.1), link('flu', 0.2, 0.8)),
      passageOf(link('cold', 0.4, 0.6)),
    ]
    assert.deepEqual(choices(makeAgree(passages)), [['A 0.65', 'B 0.80'], ['A 0.65']])
  })

  it('lets "none of these" win', () => {
    const unsure = link('cold', 0.35, 0)
    const passages = [passageOf(link('cold', 0.4, 0.1), unsure, unsure)]
    assert.deepEqual(choices(makeAgree(passages)), [['- 0.60', '- 0.60', '- 0.60']])
  })

  it('leaves the author and other groups alone', () => {
    const author = link('cold', 0, 1, { chosenBy: 'author', probability: 1 })
    const other = link('cold', 0.4, 0.6)
    const passages = [
      passageOf(author, link('cold', 0.9, 0.1), { ...other, mention: { ...other.mention, group: 'DISO' } }),
    ]
    assert.deepEqual(choices(makeAgree(passages)), [['B 1.00', 'A 0.90', 'B 0.60']])
    assert.equal(makeAgree(passages)[0], passages[0])
  })
})
