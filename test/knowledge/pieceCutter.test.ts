import assert from 'node:assert/strict'
import fc from 'fast-check'
import { createPieceCutter, MAX_PIECES } from '../../src/knowledge/vectors/pieceCutter.ts'

/** Pieces by the definition: of each of the first 16 words the longest that is there, letter by letter. */
function cutSlowly(pieces: readonly string[], folded: string): number[] {
  const rows: number[] = []
  for (const word of folded.split(' ', 16))
    for (let start = 0; start < word.length;) {
      const mark = start === 0 ? '' : '##'
      let end = word.length
      while (end > start && !pieces.includes(mark + word.slice(start, end))) end -= 1
      if (end > start) rows.push(pieces.indexOf(mark + word.slice(start, end)))
      start = Math.max(end, start + 1)
    }
  return rows.slice(0, MAX_PIECES)
}

describe('Pieces of names', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1'), minLength: 1, maxLength: 5 })
  const piece = fc.tuple(fc.boolean(), letters).map(([isFurther, text]) => (isFurther ? `##${text}` : text))
  const word = fc.string({
    unit: fc.constantFrom('a', 'b', 'c', '1', 'é', '\u{1d4d0}'),
    minLength: 1,
    maxLength: 40,
  })
  const name = fc.array(word, { maxLength: 20 }).map((words) => words.join(' '))

  it('are the longest that begin a word and that go on with it', () => {
    fc.assert(
      fc.property(fc.uniqueArray(piece, { maxLength: 40 }), fc.array(name), (pieces, names) => {
        const rows = new Uint16Array(MAX_PIECES)
        const cut = createPieceCutter(pieces, rows)
        for (const one of names)
          assert.deepEqual([...rows.subarray(0, cut(one))], cutSlowly(pieces, one), one)
      }),
      { seed: 11, numRuns: 200 },
    )
  })
})
