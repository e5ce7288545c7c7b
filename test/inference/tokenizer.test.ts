import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { createNormalizer } from '../../src/inference/normalizer.ts'
import { createTokenizer } from '../../src/inference/tokenizer.ts'

interface Oracle {
  readonly madeBy: string
  readonly cases: readonly { readonly text: string; readonly ids: readonly number[] }[]
}

const vocabulary = readFileSync('models/linker/vocab.txt', 'utf8')
const vocabularyPieces = vocabulary.split('\n')
const oracle = JSON.parse(readFileSync('test/oracle/tokenizer.json', 'utf8')) as Oracle
const tokenizer = createTokenizer(vocabulary)

/** The pieces as `text[source span]`, for reading. */
function show(text: string): string {
  const { ids, spans } = tokenizer.tokenize(text)
  return ids
    .map((id, i) => `${vocabularyPieces[id]}[${text.slice(spans[i]?.start, spans[i]?.end)}]`)
    .join(' ')
}

/** Text with everything that the normaliser treats specially. */
const anyText = fc
  .array(
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc.constantFrom('BRCA1', 'naïve', 'type 2', ' ', ' ', '-', 'the', 'Δ9', '(', '≠'),
      },
      { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
      fc.constantFrom(
        '\u0301',
        '\u0308',
        '\u200B',
        '\r\n',
        '病毒',
        '한국',
        '😀',
        '𝒜',
        '\u00AD',
        '𠀀',
        'İ',
        '\uFEFF',
      ),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''))
  // Whether a capital sigma is final depends on its neighbours, and so on where a text is cut.
  .filter((text) => !text.includes('Σ'))

describe('tokenizer', () => {
  it(`gives the ids of ${oracle.madeBy.split(',')[0]}`, () => {
    assert.ok(oracle.cases.length > 300)
    for (const { text, ids } of oracle.cases)
      assert.deepEqual(tokenizer.tokenize(text).ids, ids, JSON.stringify(text))
  })

  it('says where each piece stands in the source', () => {
    assert.equal(show('BRCA1s bind'), 'br[BR] ##ca[CA] ##1[1] ##s[s] bind[bind]')
    assert.equal(show('😀 Asthma'), '[UNK][😀] asthma[Asthma]')
    assert.equal(show('病毒x'), '[UNK][病] [UNK][毒] x[x]')
    assert.equal(show('a ≠ b'), 'a[a] =[≠] b[b]')
  })

  it('never cuts between a letter and its combining marks', () => {
    assert.equal(show('Sjo\u0308gren'), 's[S] ##jo[jo\u0308] ##gren[gren]')
  })

  it('covers removed characters inside a piece', () => {
    assert.equal(show('canc\u00ADer'), 'cancer[canc\u00ADer]')
  })

  it('sets ideographs outside the basic plane apart', () => {
    assert.equal(tokenizer.tokenize('𠀀𠀁').ids.length, 2)
  })

  it('keeps spans sorted, inside the text and on whole characters', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { ids, spans, wordStarts } = tokenizer.tokenize(text)
        assert.equal(spans.length, ids.length)
        assert.equal(wordStarts.length, ids.length)
        let last = { start: 0, end: 0 }
        for (const span of spans) {
          assert.ok(span.start < span.end && span.end <= text.length)
          assert.ok(span.start >= last.start && span.end >= last.end)
          // Only the pieces of one decomposed letter share it.
          const shared = text.slice(span.start, last.end)
          assert.ok(
            shared === '' || shared.normalize('NFD').length > shared.length,
            JSON.stringify([text, spans]),
          )
          assert.ok(/\p{Cs}/u.test(text) || !/\p{Cs}/u.test(text.slice(span.start, span.end)))
          last = span
        }
      }),
      { seed: 7, numRuns: 500 },
    )
  })

  it('reads the slice of a word as that word', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { ids, spans, wordStarts } = tokenizer.tokenize(text)
        for (let first = 0; first < ids.length;) {
          let end = first + 1
          while (end < ids.length && !wordStarts[end]) end++
          const slice = text.slice(spans[first]?.start, spans[end - 1]?.end)
          assert.deepEqual(
            tokenizer.tokenize(slice).ids,
            ids.slice(first, end),
            JSON.stringify([text, slice]),
          )
          first = end
        }
      }),
      { seed: 7, numRuns: 500 },
    )
  })

  it('maps every code point without losing its place', () => {
    const normalize = createNormalizer()
    for (let codePoint = 0; codePoint <= 0x10ffff; codePoint += codePoint < 0x3000 ? 1 : 61) {
      const char = String.fromCodePoint(codePoint)
      const { text, map } = normalize(`${char}x`)
      const last = text.length - 1
      assert.equal(text[last], 'x')
      assert.equal(map ? map.starts[last] : last, char.length)
    }
  })

  it('refuses a vocabulary that is not one of BERT', () => {
    assert.throws(() => createTokenizer('a\nb\n'), /no \[PAD\]/)
  })
})
