import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import type { KnowledgeBase } from '../../src/core/index.ts'
import {
  candidateAsOf,
  conceptFilter,
  readRestriction,
  retrieveCandidates,
  retrieveWithMatches,
} from '../../src/linking/candidates/index.ts'
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

const sourceOf = (name: string) => ({ name, title: name, version: '', licence: '', nConcepts: 1, nNames: 1 })
const ofSources = knowledgeBaseOf([
  {
    id: 'T:0',
    names: [
      { text: 'a', source: 'LAB' },
      { text: 'b', source: 'MSH' },
    ],
    groups: ['DISO'],
  },
  { id: 'T:1', names: [{ text: 'c', source: 'LAB' }], groups: ['CHEM'] },
  { id: 'T:2', names: [{ text: 'd', source: 'MSH' }], groups: ['CHEM'] },
])
const sourced = { ...ofSources, info: { ...ofSources.info, sources: [sourceOf('MSH'), sourceOf('LAB')] } }

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

  it('says how many names of a concept matched, and how well the best one that a vocabulary has', () => {
    for (const text of ['cold', 'cold sore', 'COLD'])
      for (const { matches, nMatches, officialScore } of retrieveWithMatches(kb, text, { limit: 64 })) {
        const scores = matches
          .filter(({ kind }) => kind !== 'observed')
          .map(({ score, denseScore = 0 }) => score + 0.7 * denseScore)
        assert.equal(nMatches, matches.length)
        assert.equal(officialScore, Math.max(0, ...scores))
      }
  })

  it('leaves out what the caller excludes', () => {
    const list = retrieveCandidates(kb, 'cold', { limit: 64, exclude: (match) => match.name === 'cold' })
    assert.equal(list[0]?.id, 'UMLS:C0009443')
    assert.equal(list[0]?.nameCount, 0)
    assert.equal(list.find(({ id }) => id === 'UMLS:C0009264')?.exact, false)
  })

  it('gives the best of the concepts that are accepted, and no name of another', () => {
    const sketch = fc.record({
      names: fc.array(fc.stringMatching(/^[ab]{1,3}( [ab]{1,2})?$/), { minLength: 1, maxLength: 3 }),
      types: fc.subarray(['T047', 'T061']),
      groups: fc.subarray(['DISO', 'CHEM']),
    })
    fc.assert(
      fc.property(
        fc.array(sketch, { minLength: 100, maxLength: 150 }),
        fc.stringMatching(/^[ab]{2,4}$/),
        fc.constantFrom(['DISO'], ['t047'], ['Disease or Syndrome', 'CHEM']),
        (sketches, text, types) => {
          const base = knowledgeBaseOf(
            sketches.map((s, i): ConceptSketch => ({ id: `T:${String(i)}`, ...s })),
          )
          const isWanted = (one: { types: readonly string[]; groups: readonly string[] }): boolean =>
            types.some((type) =>
              type.length === 4 && !/\d/.test(type) ? one.groups.includes(type) : one.types.includes('T047'),
            )
          const accepts = conceptFilter(base, { types, sources: [] })
          const found = retrieveCandidates(base, text, { limit: 64, accepts })
          // Brute force: every concept that passes and shares a gram, best first.
          const best = sketches.flatMap((s, ref) => {
            if (!isWanted(s)) return []
            const score = Math.max(
              ...base.similar(text, 10_000).flatMap((m) => (m.concept === ref ? m.score : [])),
            )
            return score > 0 ? [{ ref, score }] : []
          })
          const scores = best.map(({ score }) => score).sort((a, b) => b - a)
          assert.deepEqual(
            found.map(({ lexicalScore }) => lexicalScore),
            scores.slice(0, 64),
          )
          assert.ok(found.every(isWanted))
        },
      ),
      { seed: 20260201, numRuns: 30 },
    )
  })

  it('accepts concepts by the sources of their names, in any case, and says what means nothing', () => {
    const accepts = conceptFilter(sourced, { types: [], sources: ['msh', 'NOWHERE'] })
    assert.ok(accepts)
    assert.deepEqual(
      [0, 1, 2].filter(accepts).map((ref) => sourced.summary(ref).id),
      ['T:0', 'T:2'],
    )
    const both = conceptFilter(sourced, { types: ['CHEM'], sources: ['MSH'] })
    assert.deepEqual(
      [0, 1, 2].filter((ref) => both?.(ref)),
      [2],
    )
    assert.equal(conceptFilter(sourced, { types: ['DISEASES'], sources: [] }), undefined)
    const { problems } = readRestriction(sourced, { types: ['DISEASES'], sources: ['NOWHERE'] })
    assert.equal(problems.length, 2)
    assert.match(problems[0]!, /^"DISEASES" is neither a semantic group \(ACTI, .*DISO/)
    assert.equal(problems[1], '"NOWHERE" is no source of test, which has MSH, LAB')
  })

  it('gives 64 concepts where so many share a gram, however many names some have', () => {
    const word = fc.stringMatching(/^[ab]{1,4}$/)
    const many = fc.array(word, { minLength: 20, maxLength: 60 })
    const few = fc.array(word, { minLength: 1, maxLength: 1 })
    fc.assert(
      fc.property(
        fc.array(many, { minLength: 8, maxLength: 12 }),
        fc.array(few, { minLength: 40, maxLength: 120 }),
        fc.stringMatching(/^[ab]{2,4}$/),
        (large, small, text) => {
          const base = knowledgeBaseOf(
            [...large, ...small].map((names, i): ConceptSketch => ({ id: `T:${String(i)}`, names })),
          )
          const found = retrieveCandidates(base, text, { limit: 64 })
          const best = new Map<number, number>()
          for (const { concept, score } of base.similar(text, 100_000))
            best.set(concept, Math.max(score, best.get(concept) ?? 0))
          const scores = [...best.values()].sort((a, b) => b - a).slice(0, 64)
          assert.deepEqual(
            found.map(({ lexicalScore }) => lexicalScore),
            scores,
          )
          assert.ok(found.every(({ concept, lexicalScore }) => best.get(concept) === lexicalScore))
          assert.equal(new Set(found.map(({ concept }) => concept)).size, found.length)
          assert.deepEqual(retrieveCandidates(base, text, { limit: 30 }), found.slice(0, 30))
        },
      ),
      { seed: 20260202, numRuns: 20 },
    )
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

describe('a concept that was found by other means', () => {
  const vectorOf = (text: string): Float32Array =>
    Float32Array.of(text.length % 2, 1 - (text.length % 2), 0, 0)
  const withVectors: KnowledgeBase = { ...kb, vectorOf }
  const all = (ref: number): readonly string[] => kb.names(ref).map(({ text }) => text)

  it('is the candidate that the look-up of the text has', () => {
    for (const text of ['cold', 'COLD', 'commoner cold', 'cold temperament', 'frigid colds', 'sore']) {
      const found = retrieveCandidates(kb, text, { limit: 64 })
      assert.ok(found.length > 0)
      for (const one of found)
        assert.deepEqual(candidateAsOf(kb, text, { ref: one.concept, names: all(one.concept) }), one)
    }
  })

  it('stands by the one of its names that is most like the text, with the cosine of their vectors', () => {
    const one = candidateAsOf(withVectors, 'a thing', { ref: 1, names: ['Cold Temperature', 'cold'] })
    assert.deepEqual([one.lexicalScore, one.denseScore, one.exact], [0, 0, false])
    const near = candidateAsOf(withVectors, 'a test', { ref: 1, names: ['Cold Temperature', 'cold'] })
    assert.deepEqual(
      [near.denseScore, near.matchedName, near.matchedKind],
      [1, 'Cold Temperature', 'preferred'],
    )
  })

  it('may have been named as the knowledge base does not name it', () => {
    const { matchedName, matchedKind, nameCount } = candidateAsOf(kb, 'chill', { ref: 1, names: ['chills'] })
    assert.deepEqual([matchedName, matchedKind, nameCount], ['chills', 'synonym', 0])
  })
})
