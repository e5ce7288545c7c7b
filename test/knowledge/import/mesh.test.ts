import assert from 'node:assert/strict'
import fc from 'fast-check'
import { gzipSync } from 'node:zlib'
import { ConceptLensError } from '../../../src/core/index.ts'
import { meshAsciiText, meshXmlText, type WrittenMesh } from './meshText.ts'
import { draftIn, namesIn, recorded } from './recordingSink.ts'

const DESCRIPTORS: readonly WrittenMesh[] = [
  { ui: 'D900001', name: 'Limb Troubles', treeNumbers: ['C90'] },
  {
    ui: 'D900002',
    name: 'Knee, Swollen',
    terms: [
      { text: 'Swollen Knee', lexicalTag: '' },
      { text: 'SK', lexicalTag: 'ACX' },
      { text: 'Puffy Knee & Co', lexicalTag: 'NON' },
    ],
    note: 'A knee larger than usual = trouble.',
    treeNumbers: ['C90.100', 'C91.200.300'],
    semanticTypes: ['T047', 'T184'],
  },
  { ui: 'D900003', name: 'Knee Fluid', treeNumbers: ['C91.200', 'C90.100.400'] },
  { ui: 'D900004', name: 'Female', semanticTypes: ['T032'] },
]

const SUPPLEMENTARY: readonly WrittenMesh[] = [
  {
    ui: 'C900001',
    name: 'kneezumab',
    terms: [{ text: 'KZM-1', lexicalTag: 'LAB' }],
    note: 'structure invented here',
    semanticTypes: ['T116'],
    mappedTo: ['D900003', 'D900001'],
  },
]

describe('MeSH', () => {
  it('descriptors give terms, scope note, types, and parents by tree number', async () => {
    const found = await recorded('desc2024.xml', meshXmlText(DESCRIPTORS))
    assert.deepEqual(found.problems, [])
    const knee = draftIn(found, 'MESH:D900002')
    assert.deepEqual(namesIn(knee), [
      'preferred:Knee, Swollen',
      'synonym:Swollen Knee',
      'abbreviation:SK',
      'synonym:Puffy Knee & Co',
    ])
    assert.deepEqual(knee.parents, ['MESH:D900001', 'MESH:D900003'])
    assert.deepEqual(knee.types, ['T047', 'T184'])
    assert.deepEqual(knee.definitions, [{ source: 'MSH', text: 'A knee larger than usual = trouble.' }])
    assert.deepEqual(draftIn(found, 'MESH:D900003').parents, ['MESH:D900002'])
    assert.deepEqual(draftIn(found, 'MESH:D900004').parents, [])
    assert.deepEqual(
      found.sources.map(({ name, title, version }) => [name, title, version]),
      [['MSH', 'Medical Subject Headings', '2024']],
    )
  })

  it('supplementary concepts stand below what they are mapped to', async () => {
    const found = await recorded('supp2024.xml', meshXmlText(SUPPLEMENTARY))
    assert.deepEqual(draftIn(found, 'MESH:C900001'), {
      id: 'MESH:C900001',
      names: [
        { text: 'kneezumab', kind: 'preferred', source: 'MSH', count: 0 },
        { text: 'KZM-1', kind: 'synonym', source: 'MSH', count: 0 },
      ],
      types: ['T116'],
      groups: [],
      parents: ['MESH:D900003', 'MESH:D900001'],
      xrefs: [],
      definitions: [{ source: 'MSH', text: 'structure invented here' }],
    })
  })

  it('are the same in XML and ASCII, told by their content, packed or not', async () => {
    const xml = await recorded('a.gz', gzipSync(meshXmlText(DESCRIPTORS)))
    const ascii = await recorded('b.gz', gzipSync(meshAsciiText(DESCRIPTORS).replaceAll('\n', '\r\n')))
    assert.deepEqual(ascii.concepts, xml.concepts)
    assert.equal((await recorded('d2023.bin', meshAsciiText(DESCRIPTORS))).sources[0]?.version, '2023')
    const supplementary = await recorded(
      'c2024.bin',
      `${meshAsciiText(SUPPLEMENTARY)}HM = *Knee Fluid/metabolism\n`,
    )
    const expected = await recorded('supp.xml', meshXmlText(SUPPLEMENTARY))
    assert.deepEqual(
      supplementary.concepts,
      expected.concepts.map((draft) => ({ ...draft, parents: [] })),
    )
    assert.deepEqual(
      supplementary.problems.map(({ code }) => code),
      ['kb-mesh-heading-names'],
    )
  })

  it('of years when XML had CUIs has them', async () => {
    const found = await recorded('desc.xml', meshXmlText([{ ui: 'D900001', name: 'Knee', cui: 'C0000009' }]))
    assert.deepEqual(draftIn(found, 'UMLS:C0000009').xrefs, ['MESH:D900001'])
  })

  it('keeps going over bad records, and refuses a file that breaks off', async () => {
    const bad: WrittenMesh[] = [
      { ui: 'D1', name: 'No identifier' },
      { ui: 'D900001', name: '' },
      { ui: 'D900002', name: 'Knee' },
    ]
    for (const [file, text] of [
      ['a.xml', meshXmlText(bad)],
      ['a.bin', `${meshAsciiText(bad)}a line\n`],
    ] as const) {
      const found = await recorded(file, text)
      assert.deepEqual(
        found.concepts.map(({ id }) => id),
        ['MESH:D900002'],
      )
      assert.deepEqual(new Set(found.problems.map(({ code }) => code)), new Set(['kb-bad-row']))
      assert.ok(found.problems.every(({ line, file: path }) => line! > 0 && path?.endsWith(file)))
    }
    await assert.rejects(
      recorded('cut.xml', meshXmlText(DESCRIPTORS).slice(0, -100)),
      (error) => error instanceof ConceptLensError && error.code === 'kb-unreadable-source',
    )
  })

  it('gives back every term that was written, in both formats', async () => {
    const text = fc
      .array(fc.constantFrom('a', 'B', '-', ', ', '(', ')', "'", '&', '<', '=', 'é', '1'), { maxLength: 8 })
      .map((parts) => `x${parts.join('')}x`)
    await fc.assert(
      fc.asyncProperty(text, fc.array(text, { maxLength: 4 }), text, async (name, terms, note) => {
        const records: WrittenMesh[] = [
          { ui: 'D900001', name, note, terms: terms.map((term) => ({ text: term, lexicalTag: 'NON' })) },
        ]
        const xml = await recorded('a.xml', meshXmlText(records))
        const ascii = await recorded('a.bin', meshAsciiText(records))
        assert.deepEqual(xml.concepts, ascii.concepts)
        assert.deepEqual(
          draftIn(xml, 'MESH:D900001').names.map((found) => found.text),
          [...new Set([name, ...terms])],
        )
        assert.equal(draftIn(xml, 'MESH:D900001').definitions[0]?.text, note)
      }),
      { numRuns: 20, seed: 4 },
    )
  })
})
