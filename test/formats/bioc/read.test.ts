import assert from 'node:assert/strict'
import { layOut, offsetUnitOf, readBiocJson, readBiocXml, writeBiocXml } from '../../../src/formats/index.ts'

const codes = (problems: readonly { code: string }[]): string[] => problems.map(({ code }) => code)

const annotation = (id: string, offset: number, text: string): string =>
  `<annotation id="${id}"><location offset="${offset}" length="${[...text].length}"/><text>${text}</text></annotation>`

const xml = (passages: string, rest = ''): string =>
  `<?xml version="1.0"?><collection><source/><date/><key/><document><id>1</id>${passages}${rest}</document></collection>`

function only<T>(list: readonly T[]): T {
  assert.equal(list.length, 1)
  return list[0] as T
}

describe('readBiocXml', () => {
  it('reads text and sentences in one passage, and writes them in one form', () => {
    const both = `<passage><offset>0</offset><text>Lithium.</text><sentence><offset>0</offset><text>Lithium.</text>${annotation('1', 0, 'Lithium')}</sentence></passage>`
    const { value, problems } = readBiocXml(xml(both))
    assert.deepEqual(problems, [])
    const passage = only(only(value.documents).passages)
    assert.equal(passage.text, 'Lithium.')
    assert.equal(passage.sentences.length, 1)
    const again = only(only(readBiocXml(writeBiocXml(value)).value.documents).passages)
    assert.equal(again.sentences.length, 0)
    assert.deepEqual(again.annotations, passage.sentences[0]?.annotations)
  })

  it('moves annotations of the document into the passage that holds them', () => {
    const passages = `<passage><offset>0</offset><text>One</text></passage><passage><offset>4</offset><text>Two</text></passage>`
    const { value, problems } = readBiocXml(xml(passages, annotation('7', 4, 'Two')))
    assert.deepEqual(codes(problems), ['bioc-document-annotation'])
    assert.equal(value.documents[0]?.passages[1]?.annotations[0]?.id, '7')
  })

  it('gives new ids to annotations without one and to repeated ones', () => {
    const passage = `<passage><offset>0</offset><text>ab</text>${annotation('', 0, 'a')}${annotation('x', 0, 'a')}${annotation('x', 1, 'b')}</passage>`
    const { value, problems } = readBiocXml(xml(passage))
    assert.deepEqual(codes(problems), ['bioc-missing-id'])
    const ids = value.documents[0]?.passages[0]?.annotations.map(({ id }) => id) ?? []
    assert.equal(new Set(ids).size, 3)
    assert.ok(ids.includes('x'))
  })

  it('keeps what comes before the point where a file breaks off', () => {
    const whole = xml(`<passage><offset>0</offset><text>Kept</text></passage>`)
    const { value, problems } = readBiocXml(whole.slice(0, whole.indexOf('</passage>')))
    assert.equal(value.documents[0]?.passages[0]?.text, 'Kept')
    assert.ok(codes(problems).every((code) => code === 'bioc-xml'))
    assert.ok(problems.length > 0)
  })

  it('says what it found when it is not BioC', () => {
    for (const input of ['', 'no xml', '<html></html>', '\0\u0001\ufffe', '{"documents": []}']) {
      const { value, problems } = readBiocXml(input)
      assert.deepEqual(value.documents, [])
      assert.ok(codes(problems).includes('bioc-no-collection'), input)
    }
  })

  it('does not expand entities of its own', () => {
    const bomb = '<!DOCTYPE c [<!ENTITY a "aaaa">]><collection><source>&a;</source></collection>'
    assert.equal(readBiocXml(bomb).value.source, '&a;')
  })
})

describe('writeBiocXml', () => {
  it('replaces what XML cannot hold, unit for unit', () => {
    const value = {
      ...{ source: '', date: '', key: '', infons: {} },
      documents: [
        {
          ...{ id: '1', infons: {}, relations: [] },
          passages: [
            {
              infons: {},
              offset: 0,
              text: 'a\0b\ud800c\uffffd\u{1f9ec}e',
              sentences: [],
              annotations: [],
              relations: [],
            },
          ],
        },
      ],
    }
    const text = readBiocXml(writeBiocXml(value)).value.documents[0]?.passages[0]?.text
    assert.equal(text, 'a\ufffdb\ufffdc\ufffdd\u{1f9ec}e')
  })

  it('gives a document without passages an empty one', () => {
    const empty = {
      source: '',
      date: '',
      key: '',
      infons: {},
      documents: [{ id: 'x', infons: {}, passages: [], relations: [] }],
    }
    assert.match(writeBiocXml(empty), /<passage>\s*<offset>0<\/offset>\s*<text><\/text>\s*<\/passage>/)
  })
})

describe('readBiocJson', () => {
  const document = {
    id: 12,
    passages: [
      {
        offset: 0,
        infons: { type: 'title', n: 3, gone: null },
        text: 'ab',
        annotations: [
          {
            id: '2',
            infons: { identifier: 'MESH:D1', valid: true },
            text: 'a',
            locations: [{ offset: '0', length: 1 }],
          },
        ],
      },
    ],
  }

  it('reads PubTator 3 in its wrapper, with numbers where BioC has strings', () => {
    const { value, problems } = readBiocJson(JSON.stringify({ PubTator3: [document] }))
    assert.deepEqual(problems, [])
    const { id, passages } = only(value.documents)
    assert.equal(id, '12')
    assert.deepEqual(passages[0]?.infons, { type: 'title', n: '3' })
    assert.deepEqual(passages[0]?.annotations[0]?.locations, [{ offset: 0, length: 1 }])
    assert.equal(passages[0]?.annotations[0]?.infons['valid'], 'true')
  })

  it('reads a collection, a document, a list and JSON Lines alike', () => {
    const line = JSON.stringify(document)
    for (const json of [line, `[${line}]`, `{"documents":[${line}]}`, `${line}\n`, `\ufeff${line}`]) {
      assert.equal(readBiocJson(json).value.documents.length, 1)
    }
    assert.equal(readBiocJson(`${line}\n${line}\n`).value.documents.length, 2)
  })

  it('names what is wrong with other input', () => {
    assert.deepEqual(codes(readBiocJson('').problems), ['bioc-json'])
    assert.deepEqual(codes(readBiocJson('{"a": 1}').problems), ['bioc-no-documents'])
    assert.deepEqual(codes(readBiocJson('[1, "x", null]').problems), ['bioc-no-documents'])
  })
})

describe('offsetUnitOf', () => {
  const read = (offset: number, length: number, infon = ''): ReturnType<typeof readBiocXml>['value'] =>
    readBiocXml(
      `<collection>${infon}<document><id>1</id><passage><offset>0</offset><text>𝛼β asthma</text><annotation id="1"><location offset="${offset}" length="${length}"/><text>asthma</text></annotation></passage></document></collection>`,
    ).value

  it('sees in which unit the annotations match', () => {
    assert.equal(offsetUnitOf(read(3, 6)), 'code-point')
    assert.equal(offsetUnitOf(read(7, 6)), 'byte')
    assert.equal(offsetUnitOf(read(4, 6)), 'utf16')
  })

  it('believes what the collection says', () => {
    assert.equal(offsetUnitOf(read(3, 6, '<infon key="offset_unit">byte</infon>')), 'byte')
  })
})

describe('layOut', () => {
  const place = (passages: string): ReturnType<typeof layOut> => {
    const { value } = readBiocXml(xml(passages))
    return layOut(only(value.documents), offsetUnitOf(value))
  }

  it('puts passages at their offsets', () => {
    const { text } = place(
      '<passage><offset>0</offset><text>A</text></passage><passage><offset>4</offset><text>B</text></passage>',
    )
    assert.equal(text, 'A\n\n\nB')
  })

  it('fills gaps between sentences with blanks', () => {
    const { passages } = place(
      '<passage><offset>0</offset><sentence><offset>0</offset><text>A.</text></sentence><sentence><offset>4</offset><text>B.</text></sentence></passage>',
    )
    assert.equal(passages[0]?.text, 'A.  B.')
  })

  it('finds annotations that count from their passage, and says so', () => {
    const { passages, problems } = place(
      `<passage><offset>0</offset><text>Title</text></passage><passage><offset>6</offset><text>an asthma case</text>${annotation('1', 3, 'asthma')}</passage>`,
    )
    assert.deepEqual(passages[1]?.mentions[0]?.span, { start: 3, end: 9 })
    assert.deepEqual(codes(problems), ['annotation-offset'])
    assert.match(problems[0]?.message ?? '', /asthma/)
  })

  it('covers a discontinuous mention from its first part to its last', () => {
    const { passages, problems } = place(
      '<passage><offset>0</offset><text>breast and ovarian cancer</text><annotation id="1"><location offset="19" length="6"/><location offset="0" length="6"/><text>breast cancer</text></annotation></passage>',
    )
    assert.deepEqual(passages[0]?.mentions[0]?.span, { start: 0, end: 25 })
    assert.deepEqual(problems, [])
  })
})
