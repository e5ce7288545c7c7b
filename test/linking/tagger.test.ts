import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import type { TextAnalysis } from '../../src/inference/index.ts'
import { groupShares, opinionOf, taggedSpans, taggedWords } from '../../src/linking/mentions/tagger.ts'
import type { TaggedWords } from '../../src/linking/mentions/tagger.ts'
import { bioLabels, fakeEngine } from '../support/engine.ts'

const labels = bioLabels(['DISO', 'CHEM'])

/** Words `0–1, 1–2, …` with the given probabilities per label. */
function tagged(...rows: number[][]): TaggedWords {
  const words = rows.map((_, i) => ({ start: i, end: i + 1 }))
  return { words, labels, probabilities: Float64Array.from(rows.flat()) }
}

const spans = (words: TaggedWords) =>
  taggedSpans(words).map(({ start, end, group, probability }) => [
    start,
    end,
    group,
    Math.round(probability * 100),
  ])

describe('taggedSpans', () => {
  it('takes the best valid path, not the best tag per word', () => {
    // The second word's best tag I-DISO needs a B-DISO before it.
    const words = tagged([0.55, 0.44, 0, 0.01, 0], [0.05, 0.05, 0.9, 0, 0], [0.9, 0.1, 0, 0, 0])
    assert.deepEqual(spans(words), [[0, 2, 'DISO', 70]])
  })

  it('separates neighbours and groups', () => {
    const words = tagged([0, 1, 0, 0, 0], [0, 1, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 1, 0])
    assert.deepEqual(spans(words), [
      [0, 1, 'DISO', 100],
      [1, 3, 'DISO', 100],
      [3, 4, 'CHEM', 100],
    ])
    assert.deepEqual(spans(tagged()), [])
  })

  it('is the best of all valid paths', () => {
    const row = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 5, maxLength: 5 })
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 4 }), (rows) => {
        const words = tagged(...rows.map((r) => r.map((x) => x / r.reduce((a, b) => a + b))))
        assert.ok(Math.abs(scoreOf(words, pathOf(words)) - bruteForce(words)) < 1e-9)
      }),
      { seed: 1, numRuns: 100 },
    )
  })
})

function pathOf(words: TaggedWords): number[] {
  const path = words.words.map(() => 0)
  for (const { start, end, group } of taggedSpans(words))
    for (let i = start; i < end; i++) path[i] = labels.indexOf(`${i === start ? 'B' : 'I'}-${group}`)
  return path
}

function scoreOf({ probabilities }: TaggedWords, path: number[]): number {
  return path.reduce((sum, column, i) => sum + Math.log(probabilities[i * labels.length + column] ?? 0), 0)
}

function bruteForce(words: TaggedWords): number {
  let paths: number[][] = [[]]
  for (let i = 0; i < words.words.length; i++)
    paths = paths.flatMap((path) =>
      labels.flatMap((label, column) => {
        const before = labels[path.at(-1) ?? 0] ?? 'O'
        const valid = !label.startsWith('I-') || before.slice(2) === label.slice(2)
        return valid ? [[...path, column]] : []
      }),
    )
  return Math.max(...paths.map((path) => scoreOf(words, path)))
}

describe('taggedWords', () => {
  it('gives a word the tag of its first piece', () => {
    const logits = new Float32Array(3 * labels.length)
    logits[1] = 9 // B-DISO on the first piece
    logits[5 + 3] = 9 // B-CHEM on its continuation: not read
    logits[10] = 9
    const analysis: TextAnalysis = {
      tokens: [
        { start: 0, end: 3 },
        { start: 3, end: 6 },
        { start: 7, end: 9 },
      ],
      wordStarts: [true, false, true],
      heads: [{ name: 'entities', labels, logits }],
    }
    const [head] = analysis.heads
    assert.ok(head)
    const words = taggedWords(analysis, head)
    assert.deepEqual(spans(words), [[0, 6, 'DISO', 100]])
    const { probability, group } = opinionOf(words, { start: 0, end: 9 })
    assert.equal(group, 'DISO')
    assert.ok(Math.abs(probability - 0.5) < 0.01)
    const outside = opinionOf(tagged([0.6, 0.2, 0, 0.2, 0]), { start: 0, end: 1 })
    assert.equal(outside.group, undefined) // no group has more than 0.3
    assert.ok(Math.abs(outside.probability - 0.4) < 1e-9)
    assert.deepEqual(opinionOf(words, { start: 20, end: 21 }), { probability: 0, group: undefined })
  })

  it('marks what the engine tags', async () => {
    const text = 'Severe heart failure and asthma.'
    const analysis = await fakeEngine({ tags: { 'heart failure': 'DISO', asthma: 'DISO' } }).analyse(text)
    const [head] = analysis.heads
    assert.ok(head)
    assert.deepEqual(
      taggedSpans(taggedWords(analysis, head)).map(({ start, end }) => text.slice(start, end)),
      ['heart failure', 'asthma'],
    )
  })
})

describe('groupShares', () => {
  it('shares 1 among the groups by the words of the span', () => {
    const words = tagged([0.5, 0.3, 0, 0.2, 0], [0.7, 0.1, 0.1, 0, 0.1], [0, 0, 0, 1, 0])
    const shares = groupShares(words, { start: 0, end: 2 })
    assert.ok(shares)
    assert.ok(Math.abs((shares['DISO'] ?? 0) - 0.5 / 0.8) < 1e-12)
    assert.ok(Math.abs((shares['CHEM'] ?? 0) - 0.3 / 0.8) < 1e-12)
    assert.equal(groupShares(words, { start: 3, end: 4 }), undefined)
  })
})
