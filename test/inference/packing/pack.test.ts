import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { packPairs } from '../../../src/inference/packing/pack.ts'
import type {
  Packed,
  PackingMode,
  PackingOptions,
  PackTokenizer,
  PassageToRank,
} from '../../../src/inference/packing/types.ts'
import { packingModes } from '../../../src/inference/packing/types.ts'
import { createTokenizer } from '../../../src/inference/tokenizer.ts'

const vocabulary = readFileSync('test/fixtures/tiny-dense/vocab.txt', 'utf8')
const pieces = vocabulary.split('\n')
const wordPieces = createTokenizer(vocabulary)
const tokenizer: PackTokenizer = {
  special: wordPieces.special,
  ids: (text) => wordPieces.tokenize(text).ids,
}

/**
 * A passage written with its mentions: `{insulin:insulin,human insulin} help.` marks a mention and its candidates; `|`
 * ends a sentence.
 */
function passage(marked: string): PassageToRank {
  let text = ''
  const mentions: PassageToRank['mentions'][number][] = []
  const sentences: { start: number; end: number }[] = []
  let start = 0
  for (const [, surface = '', names = '', bar, plain = ''] of marked.matchAll(
    /\{([^:}]*):([^}]*)\}|(\|)|([^{|]+)/g,
  )) {
    if (bar === '|') {
      sentences.push({ start, end: text.length })
      start = text.length
    } else if (plain !== '') text += plain
    else {
      const candidates = names.split(',').map((name) => ({ name, preferred: name, features: [] }))
      mentions.push({
        span: { start: text.length, end: text.length + surface.length },
        mentionText: surface,
        candidates,
      })
      text += surface
    }
  }
  return { text, sentences: [...sentences, { start, end: text.length }], mentions }
}

function pack(
  passages: readonly PassageToRank[],
  options: Partial<PackingOptions> & { mode: PackingMode },
): Packed {
  return packPairs(passages, { maxTokens: 512, ...options }, tokenizer)
}

const written = ({ packs }: Packed): string[] =>
  packs.map(({ ids }) => ids.map((id) => pieces[id] ?? '?').join(' '))

const places = ({ packs }: Packed): string[] =>
  packs.flatMap(({ masks }) =>
    masks.map(({ place }) => `${place.passage}/${place.mention}/${place.candidate}`),
  )

/** Every pair of the passages, in order. */
const pairsOf = (passages: readonly PassageToRank[]): string[] =>
  passages.flatMap(({ mentions }, p) =>
    mentions.flatMap(({ candidates }, m) => candidates.map((_, c) => `${p}/${m}/${c}`)),
  )

describe('packing', () => {
  const document = [
    passage('{insulin:insulin,human} help. |The {cells:cells} and {type 2:diabetes} go.'),
    passage('A {cells:cells} again.'),
  ]

  it('writes one pair a sequence', () => {
    assert.deepEqual(written(pack(document, { mode: 'pair' })), [
      '[CLS] insulin help . [SEP] insulin [MASK] insulin [SEP]',
      '[CLS] insulin help . [SEP] insulin [MASK] human [SEP]',
      '[CLS] the cells and type 2 go . [SEP] cells [MASK] cells [SEP]',
      '[CLS] the cells and type 2 go . [SEP] type 2 [MASK] diabetes [SEP]',
      '[CLS] a cells again . [SEP] cells [MASK] cells [SEP]',
    ])
  })

  it('writes all candidates of a mention behind its sentence, or its passage', () => {
    assert.equal(
      written(pack(document, { mode: 'mention' }))[0],
      '[CLS] insulin help . [SEP] insulin [MASK] insulin [SEP] insulin [MASK] human [SEP]',
    )
    assert.equal(
      written(pack(document, { mode: 'mention', context: 'passage' }))[1],
      '[CLS] insulin help . the cells and type 2 go . [SEP] cells [MASK] cells [SEP]',
    )
  })

  it('writes all pairs of a sentence, a passage, a document', () => {
    assert.deepEqual(
      packingModes.map((mode) => pack(document, { mode }).packs.length),
      [5, 4, 3, 2, 1],
    )
    assert.equal(
      written(pack(document, { mode: 'sentence' }))[1],
      '[CLS] the cells and type 2 go . [SEP] cells [MASK] cells [SEP] type 2 [MASK] diabetes [SEP]',
    )
    assert.equal(
      written(pack(document, { mode: 'document' }))[0],
      '[CLS] insulin help . the cells and type 2 go . a cells again . [SEP] insulin [MASK] insulin [SEP] insulin [MASK] human ' +
        '[SEP] cells [MASK] cells [SEP] type 2 [MASK] diabetes [SEP] cells [MASK] cells [SEP]',
    )
  })

  it('leaves out what has nothing to rank', () => {
    const empty = [passage('No mention. |None here.'), passage('')]
    for (const mode of packingModes) assert.deepEqual(pack(empty, { mode }).packs, [])
    assert.deepEqual(pack([], { mode: 'document' }).packs, [])
    const [whole] = document
    assert.ok(whole)
    const bare = { ...whole, mentions: whole.mentions.map((mention) => ({ ...mention, candidates: [] })) }
    for (const mode of packingModes) assert.deepEqual(pack([bare], { mode }).packs, [])
  })

  it('cuts a text around a mention whose pair is longer than the window, and counts it', () => {
    const long = `${'before '.repeat(200)}{insulin:insulin} ${'after '.repeat(200)}`
    const packed = pack([passage(long)], { mode: 'pair', maxTokens: 64 })
    assert.equal(packed.counts.nCutTexts, 1)
    const [sequence = ''] = written(packed)
    const words = sequence.split(' ')
    assert.ok(words.length <= 64 && words.length > 55, sequence)
    const at = words.indexOf('insulin')
    assert.ok(at > 15 && at < 45, sequence)
    assert.match(sequence, /before insulin after.*\[SEP\] insulin \[MASK\] insulin \[SEP\]$/)
  })

  it('cuts around a mention at the beginning and at the end of its text', () => {
    for (const [marked, pattern] of [
      [`{insulin:insulin} ${'after '.repeat(200)}`, /^\[CLS\] insulin after/],
      [`${'before '.repeat(200)}{insulin:insulin}`, /before insulin \[SEP\] insulin/],
    ] as const) {
      const [sequence = ''] = written(pack([passage(marked)], { mode: 'mention', maxTokens: 64 }))
      assert.match(sequence, pattern)
      assert.ok(sequence.split(' ').length > 55, sequence)
    }
  })

  it('repeats a text before as many whole mentions as fit', () => {
    const mention = '{cells:cells,insulin,human,diabetes} '
    const packed = pack([passage(mention.repeat(6))], { mode: 'passage', maxTokens: 64 })
    assert.equal(packed.counts.nCutTexts, 0)
    assert.ok(packed.packs.length > 1)
    for (const sequence of written(packed))
      assert.match(sequence, /^\[CLS\] cells cells cells cells cells cells \[SEP\]/)
    for (const { masks } of packed.packs) assert.equal(masks.length % 4, 0)
  })

  it('parts a long document between its passages, then between sentences', () => {
    const filler = 'the cells and the type '
    const long = passage(
      Array.from({ length: 8 }, (_, i) => `${filler.repeat(2)}{insulin:human,cells} ${i}.`).join(' |'),
    )
    const packed = pack([long, long], { mode: 'document', maxTokens: 96 })
    assert.equal(packed.counts.nCutTexts, 0)
    assert.deepEqual(places(packed), pairsOf([long, long]))
    // No sequence mixes the two passages, and each text ends with a sentence.
    for (const { masks } of packed.packs)
      assert.equal(new Set(masks.map(({ place }) => place.passage)).size, 1)
    for (const sequence of written(packed)) assert.match(sequence.split(' [SEP]')[0] ?? '', / \.$/)
  })

  it('parts the candidates of a mention only when they alone are longer than the window', () => {
    const names = Array.from({ length: 500 }, () => 'type 2 diabetes').join(',')
    const packed = pack([passage(`The {insulin:${names}} here.`)], { mode: 'mention' })
    assert.deepEqual(
      places(packed),
      Array.from({ length: 500 }, (_, c) => `0/0/${c}`),
    )
    assert.equal(packed.counts.nSplitMentions, 1)
  })

  it('cuts names and mentions that are longer than a quarter of the window', () => {
    const name = 'cells '.repeat(400)
    const packed = pack([passage(`The {insulin:${name}} here.`)], { mode: 'pair', maxTokens: 64 })
    assert.equal(packed.counts.nCutPairs, 1)
    assert.equal(packed.packs[0]?.ids.filter((id) => pieces[id] === 'cells').length, 16)
  })

  it('reads a line of 20,000 characters without a blank', () => {
    const line = `${'x'.repeat(10_000)}{insulin:human}${'x'.repeat(10_000)}`
    const packed = pack([passage(line)], { mode: 'sentence', maxTokens: 128 })
    assert.equal(packed.packs.length, 1)
    assert.ok((packed.packs[0]?.ids.length ?? 999) <= 128)
  })

  describe('of any document', () => {
    const words = [
      'insulin',
      'cells',
      'type 2',
      'diabetes',
      'naïve',
      'β',
      'xyz',
      'pneumonoultramicroscopic',
      '\u{1f9ea}',
    ]
    const word = fc.constantFrom(...words)
    const some = (maxLength: number) =>
      fc.array(word, { minLength: 1, maxLength }).map((list) => list.join(' '))
    const mention = fc
      .tuple(some(3), fc.array(some(6), { minLength: 1, maxLength: 12 }))
      .map(([surface, names]) => `{${surface}:${names.join(',')}}`)
    const sentence = fc
      .array(fc.oneof(some(12), mention), { maxLength: 6 })
      .map((parts) => `${parts.join(' ')}. `)
    const anyPassage = fc.array(sentence, { maxLength: 5 }).map((parts) => passage(parts.join('|')))
    const anyDocument = fc.array(anyPassage, { maxLength: 4 })
    const options = fc.record({
      mode: fc.constantFrom(...packingModes),
      maxTokens: fc.constantFrom(64, 96, 128, 512, 8192),
      context: fc.constantFrom('sentence' as const, 'passage' as const),
    })
    const settings = { seed: 20250806, numRuns: 300 }

    it('each pair is in exactly one sequence, in order, and none is longer than the window', () => {
      fc.assert(
        fc.property(anyDocument, options, (passages, chosen) => {
          const packed = pack(passages, chosen)
          assert.deepEqual(places(packed), pairsOf(passages))
          for (const { ids } of packed.packs) assert.ok(ids.length <= chosen.maxTokens, `${ids.length}`)
        }),
        settings,
      )
    })

    it('every score stands at a [MASK], between its mention and its name', () => {
      fc.assert(
        fc.property(anyDocument, options, (passages, chosen) => {
          const { packs, counts } = pack(passages, chosen)
          if (counts.nCutPairs > 0) return
          for (const { ids, masks } of packs) {
            const { mask, sep } = tokenizer.special
            assert.equal(masks.length, ids.filter((id) => id === mask).length)
            for (const { at, place } of masks) {
              const { mentionText, candidates } = passages[place.passage]?.mentions[place.mention] ?? {}
              const own = tokenizer.ids(mentionText ?? '')
              const name = tokenizer.ids(candidates?.[place.candidate]?.name ?? '')
              const expected = [sep, ...own, mask, ...name, sep]
              assert.deepEqual(ids.slice(at - own.length - 1, at + name.length + 2), expected)
            }
          }
        }),
        settings,
      )
    })

    it('the candidates of a mention stay together, unless it is counted', () => {
      fc.assert(
        fc.property(anyDocument, options, (passages, chosen) => {
          if (chosen.mode === 'pair') return
          const { packs, counts } = pack(passages, chosen)
          const homes = new Map<string, Set<number>>()
          packs.forEach(({ masks }, i) => {
            for (const { place } of masks) {
              const key = `${place.passage}/${place.mention}`
              homes.set(key, (homes.get(key) ?? new Set()).add(i))
            }
          })
          const nSplit = [...homes.values()].filter(({ size }) => size > 1).length
          assert.equal(nSplit, counts.nSplitMentions)
        }),
        settings,
      )
    })

    it('every sequence holds the mention that it asks about, where nothing was cut off the pair', () => {
      fc.assert(
        fc.property(anyDocument, options, (passages, chosen) => {
          const { packs, counts } = pack(passages, chosen)
          if (counts.nCutPairs > 0) return
          const line = (ids: readonly number[]) => ` ${ids.join(' ')} `
          for (const { ids, masks } of packs) {
            const text = line(ids.slice(1, ids.indexOf(tokenizer.special.sep)))
            for (const { place } of masks) {
              const { mentionText = '' } = passages[place.passage]?.mentions[place.mention] ?? {}
              assert.ok(text.includes(line(tokenizer.ids(mentionText))), mentionText)
            }
          }
        }),
        settings,
      )
    })
  })
})
