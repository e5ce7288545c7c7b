import fc from 'fast-check'
import type {
  BiocAnnotation,
  BiocCollection,
  BiocDocument,
  BiocPassage,
  OffsetUnit,
} from '../../src/formats/index.ts'
import { createOffsetMap, OFFSET_UNITS } from '../../src/formats/index.ts'

/** Text with what shifts offsets: astral letters, combining marks, emoji sequences, odd white space, markup characters. */
export const prose = fc
  .array(
    fc.constantFrom(
      ...[
        'BRCA1',
        'naïve',
        'cafe\u0301',
        '𝛼-synuclein',
        '🧬',
        '👩‍🔬',
        'β',
        'µg',
        ' ',
        '\u00a0',
        '\u2009',
        '\n',
        '\r\n',
        '\t',
      ],
      ...['<b>', '&amp;', '"', "'", ']]>', '\u2028', '\ufeff', 'Å', '中文', 'x'],
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''))

/** Short strings for ids, infons and roles. */
export const label = fc.constantFrom(
  'type',
  'MESH:D003920',
  'a b',
  '<&">',
  '\u00e9\n\t\r',
  '𝛼',
  '',
  '__proto__',
  'key',
)

/** Spans of a text that do not split a character, as UTF-16 pairs. */
function spansOf(text: string): fc.Arbitrary<[number, number][]> {
  const boundaries = [...createBoundaries(text)]
  const position = fc.nat({ max: boundaries.length - 1 })
  const span = fc.tuple(position, position).map(([a, b]): [number, number] => {
    return [boundaries[Math.min(a, b)] ?? 0, boundaries[Math.max(a, b)] ?? 0]
  })
  return fc.array(span, { maxLength: 4 }).map((spans) => spans.filter(([start, end]) => start < end))
}

function* createBoundaries(text: string): Generator<number> {
  yield 0
  let position = 0
  for (const character of text) yield (position += character.length)
}

interface PassageDraft {
  readonly text: string
  readonly spans: [number, number][]
}

const passageDraft: fc.Arbitrary<PassageDraft> = prose.chain((text) =>
  fc.record({ text: fc.constant(text), spans: spansOf(text) }),
)

const infons = fc.dictionary(label, label, { maxKeys: 3, noNullPrototype: true })

const draft = fc.record({
  id: label,
  infons,
  passages: fc.array(passageDraft, { minLength: 1, maxLength: 4 }),
  isInSentences: fc.boolean(),
})

type Draft = typeof draft extends fc.Arbitrary<infer T> ? T : never

function documentOf({ id, infons, passages, isInSentences }: Draft, unit: OffsetUnit): BiocDocument {
  let offset = 0
  let n = 0
  const built = passages.map(({ text, spans }): BiocPassage => {
    const map = createOffsetMap(text, unit)
    const start = offset
    const annotations = spans.map(([from, to]): BiocAnnotation => {
      const location = {
        offset: start + map.fromUtf16(from),
        length: map.fromUtf16(to) - map.fromUtf16(from),
      }
      return { id: `m${++n}`, infons, locations: [location], text: text.slice(from, to) }
    })
    offset += map.length + 1
    const relations = annotations.slice(0, 1).map((annotation) => ({
      id: `r${annotation.id}`,
      infons,
      nodes: [{ refid: annotation.id, role: 'subject "<' }],
    }))
    if (!isInSentences) return { infons, offset: start, text, sentences: [], annotations, relations }
    const sentence = { infons, offset: start, text, annotations, relations: [] }
    return { infons, offset: start, sentences: [sentence], annotations: [], relations }
  })
  return { id, infons, passages: built, relations: [] }
}

/** Valid collections in every offset unit: text or sentences, ids unique in a document. */
export const collection: fc.Arbitrary<BiocCollection> = fc
  .record({
    source: label,
    date: label,
    key: label,
    unit: fc.constantFrom(...OFFSET_UNITS),
    drafts: fc.array(draft, { maxLength: 3 }),
  })
  .map(({ source, date, key, unit, drafts }) => ({
    source,
    date,
    key,
    infons: { offset_unit: unit },
    documents: drafts.map((one) => documentOf(one, unit)),
  }))
