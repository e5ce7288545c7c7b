import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createPieceCutter } from '../../../src/inference/engine/gliner/pieces.ts'
import { windowsOf } from '../../../src/inference/engine/gliner/windows.ts'
import { splitWords } from '../../../src/inference/engine/gliner/words.ts'

const words = (text: string): string[] => splitWords(text).map(({ start, end }) => text.slice(start, end))

describe('words of GLiNER', () => {
  it('keeps hyphens and underscores inside words, and splits all other marks off', () => {
    assert.deepEqual(words('IL-6_high (p<0.05), TGF-β1 - α/β'), [
      ...['IL-6_high', '(', 'p', '<', '0', '.', '05', ')', ','],
      ...['TGF-β1', '-', 'α', '/', 'β'],
    ])
  })

  it('follows Python in blanks, numbers and combining marks', () => {
    // Expected: re.findall(r"\w+(?:[-_]\w+)*|\S", text) of Python 3.11.
    assert.deepEqual(words('CO₂ Ⅷ½'), ['CO₂', 'Ⅷ½'])
    assert.deepEqual(words('cafe\u0301s'), ['cafe', '\u0301', 's'])
    assert.deepEqual(words('a\u0085b\u001cc\u00a0d'), ['a', 'b', 'c', 'd'])
    assert.deepEqual(words('\ufeffa'), ['\ufeff', 'a'])
    assert.deepEqual(words('🧬x'), ['🧬', 'x'])
  })
})

describe('windows of GLiNER', () => {
  const limits = { maxWords: 10, maxPieces: 20, overlap: 4 }
  const ones = (n: number): number[] => Array.from({ length: n }, () => 1)

  it('reads a short text at once', () => {
    assert.deepEqual(windowsOf(ones(10), limits), [{ first: 0, end: 10, from: 0, to: 10 }])
    assert.deepEqual(windowsOf([], limits), [])
  })

  it('overlaps, and cuts in the middle of what two windows share', () => {
    assert.deepEqual(windowsOf(ones(16), limits), [
      { first: 0, end: 10, from: 0, to: 8 },
      { first: 6, end: 16, from: 8, to: 16 },
    ])
  })

  it('keeps to the pieces that a model reads, and reads an overlong word alone', () => {
    const windows = windowsOf([1, 50, 1, 19, 1, 1], limits)
    assert.deepEqual(
      windows.map(({ first, end }) => [first, end]),
      [
        [0, 1],
        [1, 2],
        [2, 4],
        [3, 5],
        [4, 6],
      ],
    )
  })
})

describe('pieces of a DeBERTa tokenizer', () => {
  const read = (name: string): object =>
    JSON.parse(readFileSync(`test/fixtures/tiny-gliner/bi-span/${name}`, 'utf8')) as object
  const pieces = createPieceCutter(read('tokenizer.json'), read('tokenizer_config.json'))

  // Its table of characters (`Precompiled`) is a published one; ids are those of Python's tokenizers 0.23.3.
  for (const [written, plain, ids] of [
    ['ﬁbrosis', 'fibrosis', [29, 105, 49, 171]],
    ['ＤＮＡ', 'DNA', [4, 153, 3, 41]],
    ['a\u00A0b', 'a b', [52, 167]],
    ['a\u200Bb', 'a b', [52, 167]],
    ['a\u0007b', 'ab', [52, 100]],
    ['x\tz', 'x z', [4, 124, 4, 189]],
    ['①', '1', [99]],
    ['㎎', 'mg', [75]],
  ] as const)
    it(`reads ${JSON.stringify(written)} as SentencePiece does`, () => {
      assert.deepEqual(pieces.cut(written), ids)
      assert.deepEqual(pieces.cut(plain), ids)
    })
})
