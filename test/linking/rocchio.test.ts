import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import type { KnowledgeBase, NameMatch } from '../../src/core/index.ts'
import { movedVector, rocchioSource } from '../../src/linking/candidates/index.ts'
import { createStages } from '../../src/linking/stages.ts'
import { knowledgeBaseOf } from '../support/knowledgeBase.ts'
import { defaultPipeline } from '../support/pipeline.ts'

const number = fc.double({ min: -1, max: 1, noNaN: true })
const vector = fc.array(number, { minLength: 4, maxLength: 4 }).map((values) => Float32Array.from(values))

describe('the moved vector', () => {
  it('is α · query + β · mean of the relevant ones, of length 1', () => {
    const weight = fc.double({ min: 0, max: 3, noNaN: true })
    fc.assert(
      fc.property(
        ...[vector, fc.array(vector, { maxLength: 4 }), weight, weight],
        (query, relevant, alpha, beta) => {
          const moved = movedVector(query, relevant, { alpha, beta })
          const defined = [...query].map((x, i) => {
            const sum = relevant.reduce((total, other) => total + (other[i] ?? NaN), 0)
            return alpha * x + (relevant.length === 0 ? 0 : (beta * sum) / relevant.length)
          })
          const length = Math.sqrt(defined.reduce((sum, x) => sum + x * x, 0))
          if (length < 1e-3) return
          defined.forEach((x, i) => assert.ok(Math.abs((moved[i] ?? NaN) - x / length) < 1e-3))
        },
      ),
      { seed: 5, numRuns: 300 },
    )
  })

  it('is the query without candidates or weight, and nothing of nothing', () => {
    const query = Float32Array.of(0.6, 0.8, 0, 0)
    const other = Float32Array.of(0, 0, 1, 0)
    for (const moved of [
      movedVector(query, [], { alpha: 1, beta: 1 }),
      movedVector(query, [other], { alpha: 2, beta: 0 }),
    ])
      moved.forEach((x, i) => assert.ok(Math.abs(x - (query[i] ?? 0)) < 1e-6))
    assert.deepEqual([...movedVector(new Float32Array(4), [], { alpha: 1, beta: 1 })], [0, 0, 0, 0])
  })
})

/** Names as vectors: what each is about, on two axes. */
const VECTORS: Readonly<Record<string, readonly [number, number]>> = {
  'heart attack': [1, 0],
  'heart attacks': [1, 0],
  'cardiac infarction': [0.6, 0.8],
  'myocardial necrosis': [0.28, 0.96],
  lawsuit: [0.6, -0.8],
}

function withVectors(): KnowledgeBase {
  const kb = knowledgeBaseOf([
    { id: 'T:1', names: ['heart attack', 'cardiac infarction'] },
    { id: 'T:2', names: ['myocardial necrosis'] },
    { id: 'T:3', names: ['lawsuit'] },
  ])
  const vectorOf = (text: string): Float32Array => Float32Array.from([...(VECTORS[text] ?? [0, 0]), 0, 0])
  const all = [0, 1, 2].flatMap((concept) => kb.names(concept).map((name) => ({ ...name, concept })))
  const nearestBy: KnowledgeBase['nearestBy'] = ({ vector: query }, limit, accepts) =>
    all
      .filter(({ concept }) => accepts?.(concept) !== false)
      .map(({ concept, text, kind, count }): NameMatch => {
        const denseScore = vectorOf(text).reduce((sum, x, i) => sum + x * (query[i] ?? 0), 0)
        return { concept, name: text, kind, count, score: 0, denseScore }
      })
      .sort((a, b) => (b.denseScore ?? 0) - (a.denseScore ?? 0))
      .slice(0, limit)
  return { ...kb, vectorOf, nearestBy }
}

describe('rocchio, as a source', () => {
  const shelf = { knowledgeBase: withVectors(), accepts: undefined, restriction: undefined }
  const options = { alpha: 1, beta: 2, from: 1, most: 10 }
  const list = async (given: Partial<typeof options> = {}, limit = 9) =>
    (await rocchioSource(shelf, { ...options, ...given }).find('heart attacks', limit)) ?? []

  it('finds what is near to the other names of the first candidate, and scores it by the text', async () => {
    const found = await list()
    assert.deepEqual(
      found.map(({ id }) => id),
      ['T:1', 'T:2', 'T:3'].slice(0, 2),
    )
    assert.equal(found[1]?.denseScore.toFixed(2), '0.28', 'the cosine with the text itself')
    assert.deepEqual(
      (await list({ beta: 0 })).map(({ id }) => id),
      ['T:1', 'T:3'],
      'without feedback another concept is nearer',
    )
  })

  it('keeps to how many it may find, to the filter, and a smaller limit is the beginning', async () => {
    assert.equal((await list({ most: 1 })).length, 1)
    assert.deepEqual(await list({}, 1), (await list()).slice(0, 1))
    const accepts = (concept: number): boolean => concept !== 1
    const found = await rocchioSource({ ...shelf, accepts }, options).find('heart attacks', 9)
    assert.ok(found?.every(({ id }) => id !== 'T:2'))
  })

  it('has a key of its options', () => {
    const keyOf = (beta: number): string => JSON.stringify(rocchioSource(shelf, { ...options, beta }).key)
    assert.notEqual(keyOf(1), keyOf(2))
  })

  it('is left out of a knowledge base without vectors, which is told once', () => {
    const warnings: string[] = []
    const logger = { error() {}, warn: (text: string) => void warnings.push(text), info() {}, debug() {} }
    const layers = [{ kind: 'rocchio' as const, ...options }, { kind: 'fused' as const }]
    const pipeline = { ...defaultPipeline, candidates: { ...defaultPipeline.candidates, layers } }
    const made = (knowledgeBase: KnowledgeBase): string[] =>
      createStages({ knowledgeBase, logger }, pipeline).layers.map(({ source }) => source.name)
    assert.deepEqual(made(withVectors()), ['rocchio', 'fused'])
    assert.deepEqual(warnings, [])
    assert.deepEqual(made(knowledgeBaseOf([{ id: 'T:1', names: ['asthma'] }])), ['fused'])
    assert.equal(warnings.length, 1)
    assert.match(warnings[0] ?? '', /no vectors of names/)
  })
})
