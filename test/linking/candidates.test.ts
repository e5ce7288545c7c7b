import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { retrieveCandidates, retrieveWithMatches } from '../../src/linking/candidates/index.ts'
import { knowledgeBaseOf } from '../support/knowledgeBase.ts'
import type { ConceptSketch } from '../support/knowledgeBase.ts'

const kb = knowledgeBaseOf([
  { id: 'UMLS:C0009443', names: ['Common Cold', { text: 'cold', kind: 'observed', count: 3 }, 'COLD'] },
  { id: 'UMLS:C0009264', names: ['Cold Temperature', { text: 'cold', kind: 'synonym', count: 7 }] },
  {
    id: 'UMLS:C0024117',
    names: ['COPD', { text: 'COLD', kind: 'abbreviation', count: 0 }],
    groups: ['DISO'],
  },
  { id: 'UMLS:C0000001', names: ['Cold', { text: 'frigid', count: 0 }] },
  { id: 'UMLS:C0000002', names: ['Colds sore', { text: 'cold sores', count: 2 }] },
])

const ids = (text: string, limit = 64): string[] =>
  retrieveCandidates(kb, text, { limit }).map(({ id }) => id)

describe('retrieveCandidates', () => {
  it('puts exact concepts first: by count, then by how often the concept is named, preferred names, id', () => {
    assert.deepEqual(ids('cold').slice(0, 4), [
      'UMLS:C0009264',
      'UMLS:C0009443',
      'UMLS:C0000001',
      'UMLS:C0024117',
    ])
    assert.equal(retrieveCandidates(kb, 'cold', { limit: 64 })[4]?.exact, false)
  })

  it('lets the spellings of one folded name share their counts and takes the verbatim one', () => {
    const [, second] = retrieveCandidates(kb, 'COLD', { limit: 64 })
    assert.deepEqual(
      [second?.id, second?.matchedName, second?.nameCount, second?.lexicalScore],
      ['UMLS:C0009443', 'COLD', 3, 1],
    )
  })

  it('gives each concept once, with its best similar name', () => {
    const list = retrieveCandidates(kb, 'cold sore', { limit: 64 })
    assert.equal(new Set(list.map(({ concept }) => concept)).size, list.length)
    assert.equal(list[0]?.id, 'UMLS:C0000002')
    assert.equal(list[0]?.exact, false)
  })

  it('lists every matching name of a concept, the one that stands for it first', () => {
    const [first] = retrieveWithMatches(kb, 'cold', { limit: 1 })
    assert.deepEqual(
      first?.matches.map(({ name, count }) => [name, count]),
      [
        ['cold', 7],
        ['Cold Temperature', 0],
      ],
    )
  })

  it('leaves out what the caller excludes', () => {
    const list = retrieveCandidates(kb, 'cold', { limit: 64, exclude: (match) => match.name === 'cold' })
    assert.equal(list[0]?.id, 'UMLS:C0009443')
    assert.equal(list[0]?.nameCount, 0)
    assert.equal(list.find(({ id }) => id === 'UMLS:C0009264')?.exact, false)
  })

  it('answers nothing for nothing', () => {
    assert.deepEqual(ids(' '), [])
    assert.deepEqual(ids('—'), [])
    assert.deepEqual(ids('cold', 0), [])
  })

  it('gives the beginning of the longer list for a smaller limit, in an order without ties', () => {
    const name = fc.stringMatching(/^[ab]{1,3}( [ab]{1,2})?$/)
    const sketch = fc.record({
      names: fc.array(fc.record({ text: name, count: fc.nat(2) }), { minLength: 1, maxLength: 3 }),
    })
    fc.assert(
      fc.property(
        fc.array(sketch, { minLength: 1, maxLength: 12 }),
        name,
        fc.nat(12),
        (sketches, text, limit) => {
          const base = knowledgeBaseOf(
            sketches.map((s, i): ConceptSketch => ({ id: `T:${String(i)}`, ...s })),
          )
          const all = retrieveCandidates(base, text, { limit: 64 })
          assert.deepEqual(retrieveCandidates(base, text, { limit }), all.slice(0, limit))
          all.forEach((candidate, i) => {
            const next = all[i + 1]
            if (next) assert.ok(candidate.exact || !next.exact)
            if (next) assert.ok(candidate.lexicalScore >= next.lexicalScore)
          })
          assert.equal(new Set(all.map(({ id }) => id)).size, all.length)
        },
      ),
      { seed: 20260131, numRuns: 200 },
    )
  })
})
