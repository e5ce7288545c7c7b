import assert from 'node:assert/strict'
import {
  biocToManuscript,
  BIOC_PROFILES,
  linkedToBioc,
  OFFSET_UNITS,
  offsetUnitOf,
  readBiocXml,
  writeBiocXml,
  type BiocAnnotation,
} from '../../../src/formats/index.ts'
import { linkedManuscript } from '../../support/linked.ts'

const PAPER = linkedManuscript('work/paper.md', [
  '{MESH:C000723749:𝛼-synuclein} in {MESH:D010300:Parkinson’s disease}',
  'A {:study} of cafe\u0301 workers 🧬 with {MESH:D003924:type 2 diabetes}.',
])

const annotationsOf = (options: Parameters<typeof linkedToBioc>[1]): BiocAnnotation[] =>
  linkedToBioc(PAPER, options).collection.documents.flatMap(({ passages }) =>
    passages.flatMap(({ annotations }) => annotations),
  )

describe('linkedToBioc', () => {
  it('counts code points from the start of the document', () => {
    const [first, second, third] = annotationsOf({})
    assert.deepEqual(first?.locations, [{ offset: 0, length: 11 }])
    assert.deepEqual(second?.locations, [{ offset: 15, length: 19 }])
    assert.deepEqual(third?.locations, [{ offset: 67, length: 15 }])
  })

  it('counts bytes and UTF-16 when asked', () => {
    assert.deepEqual(annotationsOf({ offsetUnit: 'byte' })[1]?.locations, [{ offset: 18, length: 21 }])
    assert.deepEqual(annotationsOf({ offsetUnit: 'utf16' })[1]?.locations, [{ offset: 16, length: 19 }])
    const { collection, keyFile } = linkedToBioc(PAPER, { offsetUnit: 'byte' })
    assert.equal(collection.infons['offset_unit'], 'byte')
    assert.match(keyFile.text, /offset_unit: .*byte/)
  })

  it('tells the concept and the way back to the manuscript', () => {
    assert.deepEqual(annotationsOf({})[2]?.infons, {
      type: 'Disorders',
      identifier: 'MESH:D003924',
      database: 'MESH',
      name: 'type 2 diabetes',
      semantic_type: 'T047',
      score: '0.9000',
      chosen_by: 'model',
      source_start: '70',
      source_end: '85',
    })
    const passages = linkedToBioc(PAPER).collection.documents[0]?.passages
    assert.deepEqual(passages?.[1]?.infons, {
      type: 'abstract',
      section_type: 'ABSTRACT',
      section: 'Abstract',
      file: 'work/paper.md',
      source_start: '37',
      source_end: '86',
    })
  })

  it('writes the names of PubTator and of entity linking tools', () => {
    assert.equal(annotationsOf({ profile: 'pubtator3' })[2]?.infons['type'], 'Disease')
    assert.equal(annotationsOf({ profile: 'pubtator3' })[2]?.infons['normalized_id'], 'D003924')
    assert.equal(annotationsOf({ profile: 'entitytools' })[2]?.infons['all_links'], 'MESH:D003924=0.9000')
  })

  it('leaves mentions without a concept out unless asked', () => {
    assert.equal(annotationsOf({}).length, 3)
    const study = annotationsOf({ includeUnlinked: true })[2]
    assert.equal(study?.text, 'study')
    assert.equal(study.infons['identifier'], undefined)
  })

  it('names a concept that the author chose outside the candidates', () => {
    const [first] = PAPER.passages
    const links = first?.links.map((link) => ({ ...link, candidates: [], chosenBy: 'author' as const })) ?? []
    const edited = { ...PAPER, passages: first === undefined ? [] : [{ ...first, links }] }
    const names = (id: string): { name: string; types: string[]; groups: string[] } => ({
      name: `name of ${id}`,
      types: [],
      groups: ['CHEM'],
    })
    const { collection } = linkedToBioc(edited, { names })
    const infons = collection.documents[0]?.passages[0]?.annotations[0]?.infons
    assert.equal(infons?.['name'], 'name of MESH:C000723749')
    assert.equal(infons['type'], 'Chemicals & Drugs')
    assert.equal(infons['chosen_by'], 'author')
  })

  it('has every infon it writes in the key file', () => {
    for (const profile of BIOC_PROFILES) {
      const { collection, keyFile } = linkedToBioc(PAPER, { profile, includeUnlinked: true })
      const elements = [
        collection,
        ...collection.documents,
        ...collection.documents.flatMap(({ passages }) => passages),
      ]
      for (const { infons } of [...elements, ...annotationsOf({ profile, includeUnlinked: true })]) {
        for (const key of Object.keys(infons))
          assert.match(keyFile.text, new RegExp(`^${key}: `, 'm'), `${profile} ${key}`)
      }
    }
  })

  it('keeps document ids apart', () => {
    const other = linkedManuscript('other/paper.md', ['Text'])
    const ids = linkedToBioc([PAPER, other]).collection.documents.map(({ id }) => id)
    assert.deepEqual(ids, ['work/paper.md', 'other/paper.md'])
    assert.equal(linkedToBioc(PAPER).collection.documents[0]?.id, 'paper.md')
  })
})

describe('biocToManuscript', () => {
  it('reads back what was linked, in every unit', () => {
    for (const offsetUnit of OFFSET_UNITS) {
      const { value } = readBiocXml(writeBiocXml(linkedToBioc(PAPER, { offsetUnit }).collection))
      const [document] = value.documents
      assert.ok(document)
      const { manuscript, mentions, text } = biocToManuscript(document, offsetUnitOf(value), 'x')
      assert.deepEqual(
        manuscript.passages.map((passage) => [passage.kind, passage.section.kind, passage.text]),
        PAPER.passages.map(({ passage }) => [passage.kind, passage.section.kind, passage.text]),
      )
      assert.deepEqual(
        mentions.flat().map(({ ids }) => ids[0]),
        ['MESH:C000723749', 'MESH:D010300', 'MESH:D003924'],
      )
      for (const passage of manuscript.passages)
        assert.equal(text.slice(passage.source.start, passage.source.end), passage.text)
    }
  })

  it('cuts long passages at sentence ends, never inside a mention', () => {
    const sentence = 'The patients had a history of severe asthma, of which they knew. '
    const long = 'Dr. A. '.repeat(170)
    const text = `${sentence.repeat(30)}${long}`
    const at = text.indexOf(long) + 300
    const document = {
      ...{ id: '1', infons: {}, relations: [] },
      passages: [
        {
          ...{ infons: {}, offset: 0, text, sentences: [], relations: [] },
          annotations: [
            { id: '1', infons: {}, locations: [{ offset: at, length: 600 }], text: text.slice(at, at + 600) },
          ],
        },
      ],
    }
    const { manuscript, mentions } = biocToManuscript(document, 'code-point', 'x')
    assert.ok(manuscript.passages.length > 2)
    assert.equal(mentions.flat().length, 1)
    for (const passage of manuscript.passages.slice(0, 2)) {
      assert.ok(passage.text.length <= 1000)
      assert.equal(passage.text, passage.text.trim())
    }
    for (const [i, passage] of manuscript.passages.entries()) {
      for (const { span, text: surface } of mentions[i] ?? [])
        assert.equal(passage.text.slice(span.start, span.end), surface)
      for (const { start, end } of passage.sentences) assert.ok(start < end && end <= passage.text.length)
    }
  })
})
