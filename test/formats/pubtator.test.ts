import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  biocToManuscript,
  layOut,
  linkedToBioc,
  parseIdentifiers,
  readPubtator,
  writePubtator,
} from '../../src/formats/index.ts'
import { linkedManuscript } from '../support/linked.ts'
import { collection } from './arbitraries.ts'

const EXAMPLE = `1|t|β-blockers 𝛼
1|a|Heart and lung failure.
1\t0\t10\tβ-blockers\tChemical\tD000319
1\t13\t35\tHeart and lung failure\tDisease\tD006333|D012131\theart failure|lung failure
1\t23\t27\tlung\tAnatomy\t-1
1\tCID\tD000319\tD006333
`

describe('readPubtator', () => {
  it('reads titles, abstracts, annotations, composites and relations', () => {
    const { value, problems } = readPubtator(EXAMPLE)
    assert.deepEqual(problems, [])
    const [document] = value.documents
    assert.ok(document)
    assert.deepEqual(document.relations[0]?.infons, { type: 'CID', arg1: 'D000319', arg2: 'D006333' })
    const { mentions, manuscript } = biocToManuscript(document, 'code-point', 'x')
    assert.deepEqual(
      manuscript.passages.map(({ kind, section }) => [kind, section.kind]),
      [
        ['title', 'title'],
        ['paragraph', 'abstract'],
      ],
    )
    assert.deepEqual(
      mentions.flat().map(({ text, ids, isComposite, group }) => [text, ids, isComposite, group]),
      [
        ['β-blockers', ['MESH:D000319'], false, 'CHEM'],
        ['Heart and lung failure', ['MESH:D006333', 'MESH:D012131'], true, 'DISO'],
        ['lung', [], false, 'ANAT'],
      ],
    )
  })

  it('writes back what it read', () => {
    assert.equal(writePubtator(readPubtator(EXAMPLE).value), EXAMPLE)
  })

  it('reads CR LF, a BOM, missing columns and repeated documents', () => {
    const { value, problems } = readPubtator(
      '\ufeff1|t|A cell\r\n1|a|\r\n1\t2\t6\tcell\tCell\r\n\r\n1|t|Again\r\n1|a|x\r\n',
    )
    assert.deepEqual(problems, [])
    assert.equal(value.documents.length, 2)
    assert.deepEqual(value.documents[0]?.passages[0]?.annotations[0]?.infons, { type: 'Cell' })
  })

  it('converts a document that counts bytes', () => {
    const { value, problems } = readPubtator('1|t|β asthma\n1|a|\n1\t3\t9\tasthma\tDisease\tD001249\n')
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['pubtator-unit'],
    )
    assert.deepEqual(value.documents[0]?.passages[0]?.annotations[0]?.locations, [{ offset: 2, length: 6 }])
  })

  it('names an offset that does not fit, with the text found and expected', () => {
    const { value, problems } = readPubtator('1|t|An asthma case\n1|a|\n1\t2\t8\tasthma\tDisease\tD001249\n')
    assert.deepEqual(
      problems.map(({ code, line }) => [code, line]),
      [['pubtator-offset', 3]],
    )
    assert.match(problems[0]?.message ?? '', /" asthm".*"asthma"/)
    const [document] = value.documents
    assert.ok(document)
    assert.deepEqual(layOut(document, 'code-point').passages[0]?.mentions[0]?.span, { start: 3, end: 9 })
  })

  it('leaves out what it cannot read, and says so', () => {
    const { value, problems } = readPubtator('not PubTator\n2\t0\t1\tx\tT\tI\n1|t|T\n1|a|A\n1\tx\n')
    assert.deepEqual(
      problems.map(({ code, line }) => [code, line]),
      [
        ['pubtator-line', 1],
        ['pubtator-line', 2],
        ['pubtator-line', 5],
      ],
    )
    assert.equal(value.documents.length, 1)
    assert.deepEqual(readPubtator('').value.documents, [])
  })
})

describe('writePubtator', () => {
  it('makes one abstract of all paragraphs', () => {
    const linked = linkedManuscript('p.md', [
      'On {MESH:D001249:asthma}',
      'One.\n{MESH:D003920:Diabetes}',
      'Two 🧬 {MESH:D001249:asthma}',
    ])
    const { collection } = linkedToBioc(linked, { profile: 'pubtator3' })
    assert.equal(
      writePubtator(collection),
      'p.md|t|On asthma\np.md|a|One. Diabetes Two 🧬 asthma\n' +
        'p.md\t3\t9\tasthma\tDisease\tMESH:D001249\n' +
        'p.md\t15\t23\tDiabetes\tDisease\tMESH:D003920\n' +
        'p.md\t30\t36\tasthma\tDisease\tMESH:D001249\n',
    )
  })

  it('gives what reads back as itself', () => {
    fc.assert(
      fc.property(collection, (original) => {
        const { value } = readPubtator(writePubtator(original))
        assert.deepEqual(readPubtator(writePubtator(value)).value, value)
      }),
      { seed: 3 },
    )
  })
})

describe('parseIdentifiers', () => {
  const check = (value: string, type: string, ids: readonly string[]): void => {
    assert.deepEqual(parseIdentifiers(value, { type }).ids, ids, `${type} ${value}`)
  }

  it('makes CURIEs of what the corpora have', () => {
    check('D003924', 'Disease', ['MESH:D003924'])
    check('C535918|OMIM:115470', 'SpecificDisease', ['MESH:C535918', 'OMIM:115470'])
    check('C0011849', 'T047', ['UMLS:C0011849'])
    check('OMIM_604121', 'Disease', ['OMIM:604121'])
    check('MESH:C000606551', 'Chemical', ['MESH:C000606551'])
    check('7422,22339(Tax:10090)', 'Gene', ['NCBIGene:7422', 'NCBIGene:22339'])
    check('9606', 'Species', ['NCBITaxon:9606'])
    check('CVCL_0030', 'CellLine', ['Cellosaurus:CVCL_0030'])
    check('rs3730089', 'SequenceVariant', ['dbSNP:rs3730089'])
    check('c|SUB|C|677|T', 'Variant', ['c|SUB|C|677|T'])
    check('UMLS:C0000001', '', ['UMLS:C0000001'])
  })

  it('knows the signs of "no concept"', () => {
    for (const value of ['-1', '-', '', 'None', 'MESH:-1', '-1|-1', 'CUI-less']) check(value, 'Disease', [])
  })
})
