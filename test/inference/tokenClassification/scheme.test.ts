import assert from 'node:assert/strict'
import { entitiesIn } from '../../../src/inference/engine/tokenClassification/entities.ts'
import { longestOf, windowsOf } from '../../../src/inference/engine/tokenClassification/windows.ts'
import { readScheme } from '../../../src/inference/tokenClassification/scheme.ts'

/** Entities of words with one label each, as `[first word, last word, type]`. */
function decode(labels: readonly string[], words: string): (readonly [number, number, string])[] {
  const { scheme } = readScheme(labels)
  assert.ok(scheme)
  const cut = words.split(' ')
  const found = entitiesIn(
    {
      spans: cut.map((_, i) => ({ start: i, end: i + 1 })),
      wordStarts: cut.map(() => true),
      probabilities: cut.map((word) => Float32Array.from(labels, (label) => (label === word ? 0.9 : 0.01))),
    },
    scheme,
    'first',
  )
  return found.map(({ start, end, label }) => [start, end - 1, scheme.types[label] ?? ''])
}

describe('readScheme', () => {
  const understood: readonly (readonly [string, string, readonly string[]])[] = [
    ['O B-Disease I-Disease', 'BIO', ['Disease']],
    ['B-Disease O B-Chemical I-Chemical I-Disease', 'BIO', ['Disease', 'Chemical']],
    ['O B-X I-X E-X S-X', 'BIOES', ['X']],
    ['O B-X I-X L-X U-X', 'BILOU', ['X']],
    ['O I-X', 'IO', ['X']],
    ['O Disease Cell-line', 'IO', ['Disease', 'Cell-line']],
    ['O B-X I-X X [CLS] [SEP]', 'BIO', ['X']],
  ]
  for (const [labels, name, types] of understood)
    it(`reads ${labels} as ${name}`, () => {
      const { scheme } = readScheme(labels.split(' '))
      assert.equal(scheme?.name, name)
      assert.deepEqual(scheme.types, types)
    })

  const refused: readonly (readonly [string, RegExp])[] = [
    ['LABEL_0 LABEL_1', /labels are LABEL_0, LABEL_1: they have no names\. Allowed are/],
    ['B-X I-X', /none is "O"/],
    ['O', /none is of an entity/],
    ['O B-X I-X Gene', /only some of them have a prefix/],
    ['O B-X I-X E-X U-X', /the prefixes B, I, E, U are of no scheme/],
  ]
  for (const [labels, message] of refused)
    it(`refuses ${labels} and says why`, () => {
      assert.match(readScheme(labels.split(' ')).refused ?? '', message)
    })
})

describe('entitiesIn', () => {
  const cases: readonly (readonly [string, string, string, readonly (readonly [number, number, string])[]])[] = [
    ['BIO: B- begins anew', 'O B-X I-X', 'B-X I-X B-X O I-X', [[0, 1, 'X'], [2, 2, 'X'], [4, 4, 'X']]],
    ['IOB1: I- begins as well', 'O B-X I-X', 'O I-X I-X B-X', [[1, 2, 'X'], [3, 3, 'X']]],
    ['another type begins anew', 'O B-X I-X B-Y I-Y', 'B-X I-Y I-X', [[0, 0, 'X'], [1, 1, 'Y'], [2, 2, 'X']]],
    ['IO joins neighbours', 'O P Q', 'P P Q O P', [[0, 1, 'P'], [2, 2, 'Q'], [4, 4, 'P']]],
    ['BIOES: E- and S- end', 'O B-X I-X E-X S-X', 'B-X E-X E-X S-X I-X', [[0, 1, 'X'], [2, 2, 'X'], [3, 3, 'X'], [4, 4, 'X']]],
    ['BILOU: L- and U- end', 'O B-X I-X L-X U-X', 'B-X I-X L-X U-X', [[0, 2, 'X'], [3, 3, 'X']]],
  ] // prettier-ignore
  for (const [what, labels, words, expected] of cases)
    it(what, () => {
      assert.deepEqual(decode(labels.split(' '), words), expected)
    })
})

describe('windows of pieces', () => {
  it('share as many as the stride and end with the text', () => {
    assert.deepEqual(windowsOf(10, { room: 6, stride: 2 }), [
      { start: 0, end: 6 },
      { start: 4, end: 10 },
    ])
    assert.deepEqual(windowsOf(0, { room: 6, stride: 2 }), [])
    assert.equal(windowsOf(9, { room: 2, stride: 5 }).at(-1)?.end, 9)
  })

  it('keep the longest of overlapping entities, then the more probable', () => {
    const entity = (start: number, end: number, probability: number) => ({
      start,
      end,
      label: 0,
      probability,
    })
    assert.deepEqual(
      longestOf([
        entity(0, 4, 0.5),
        entity(0, 6, 0.4),
        entity(5, 6, 0.9),
        entity(8, 9, 0.2),
        entity(8, 9, 0.3),
      ]),
      [entity(0, 6, 0.4), entity(8, 9, 0.3)],
    )
  })
})
