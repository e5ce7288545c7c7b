import assert from 'node:assert/strict'
import fc from 'fast-check'
import { gzipSync } from 'node:zlib'
import { draftIn, namesIn, recorded, type Recorded } from './recordingSink.ts'
import { oboText } from './oboText.ts'

const HEADER = [
  'format-version: 1.4',
  'data-version: releases/2024-05-06/lab.obo',
  'synonymtypedef: OMO:0003000 "abbreviation"',
  'ontology: lab',
  'property_value: dcterms-title "Lab Ontology" xsd:string',
  'property_value: dcterms-license https://creativecommons.org/licenses/by/4.0/',
  '',
]

const TERMS = `[Term]
id: LAB:0000001
name: swollen knee
alt_id: LAB:0000009
def: "A knee \\"larger\\" than usual.\\nOften warm." [GOC:x, url:https\\://example.org/a\\,b] {source="y"}
comment: not read
synonym: "puffy knee" EXACT []
synonym: "SK" EXACT OMO:0003000 [GOC:x]
synonym: "knee trouble" BROAD []
synonym: "hot swollen knee" NARROW layperson [] {comment="z"} ! here
synonym: "swollen knee" RELATED []
xref: UMLS_CUI:C0000001
xref: PMID:123456 "a paper"
xref: MSH:D000001 {source="y"} ! the same in MeSH
is_a: LAB:0000002 {is_inferred="true"} ! swelling
relationship: part_of LAB:0000003 ! leg

[Term]
id: LAB:0000002
name: swelling \\{general\\} \\! ! a comment

[Term]
id: LAB:0000004
name: obsolete puffiness
is_obsolete: true
replaced_by: LAB:0000005

[Term]
id: LAB:0000005
name: obsolete puffiness too
is_obsolete: true
replaced_by: LAB:0000001

[Term]
id: CHEBI:1
name: foreign

[Term]
id: LAB:0000006
is_a: LAB:0000002

[Typedef]
id: part_of
name: part of

[Instance]
id: LAB:77
name: an instance
`

const lab = (terms = TERMS): Promise<Recorded> => recorded('lab.obo', [...HEADER, terms].join('\n'))

describe('OBO files', () => {
  it('give the terms of their own id space', async () => {
    const found = await lab()
    assert.deepEqual(
      found.concepts.map(({ id }) => id),
      ['UMLS:C0000001', 'LAB:0000002'],
    )
    assert.deepEqual(found.problems, [])
    assert.deepEqual(found.sources, [
      {
        name: 'LAB',
        title: 'Lab Ontology',
        version: '2024-05-06',
        licence: 'https://creativecommons.org/licenses/by/4.0/',
      },
    ])
    assert.equal(found.bytes, Buffer.byteLength([...HEADER, TERMS].join('\n')))
  })

  it('give names with kinds, definition, parents and other ids', async () => {
    const knee = draftIn(await lab(), 'UMLS:C0000001')
    assert.deepEqual(namesIn(knee), [
      'preferred:swollen knee',
      'synonym:puffy knee',
      'abbreviation:SK',
      'layperson:hot swollen knee',
    ])
    assert.deepEqual(knee.definitions, [{ source: 'LAB', text: 'A knee "larger" than usual. Often warm.' }])
    assert.deepEqual(knee.parents, ['LAB:0000002'])
    assert.deepEqual(knee.xrefs, ['LAB:0000001', 'MESH:D000001', 'LAB:0000009', 'LAB:0000004', 'LAB:0000005'])
    assert.deepEqual(namesIn(draftIn(await lab(), 'LAB:0000002')), ['preferred:swelling {general} !'])
  })

  it('are told by their content, packed or with Windows line ends', async () => {
    const text = [...HEADER, TERMS].join('\r\n').replaceAll(/(?<!\r)\n/g, '\r\n')
    const found = await recorded('noname', gzipSync(`\ufeff${text}`))
    assert.deepEqual(found.concepts, (await lab()).concepts)
    const bare = await recorded('bare.txt', '! no header at all\n\n[Term]\nid: A:1\nname: one\n')
    assert.deepEqual(namesIn(draftIn(bare, 'A:1')), ['preferred:one'])
  })

  it('join continued lines and know the synonyms of OBO 1.0', async () => {
    const found = await lab(
      '[Term]\nid: A:1\nname: one \\\n  long name\nexact_synonym: "uno" []\nbroad_synonym: "number" []\n',
    )
    assert.deepEqual(namesIn(draftIn(found, 'A:1')), ['preferred:one long name', 'synonym:uno'])
  })

  it('keep going over bad lines, and say where they are', async () => {
    const found = await lab(
      ['[Term]', 'id: A:1', 'name: one', 'synonym: uno EXACT []', 'a line', '[Term]', 'name: no id', ''].join(
        '\n',
      ),
    )
    assert.deepEqual(found.problems.map(({ code, line }) => [code, line]).sort(), [
      ['kb-bad-row', 11],
      ['kb-bad-row', 12],
      ['kb-bad-row', 13],
    ])
    assert.deepEqual(namesIn(draftIn(found, 'A:1')), ['preferred:one'])
  })

  it('give back every text that was written', async () => {
    const text = fc
      .array(
        fc.constantFrom(
          'a',
          'β',
          '"',
          '\\',
          '{',
          '}',
          '!',
          ' ! ',
          ' {x="y"}',
          ':',
          ',',
          '[',
          ']',
          '\n',
          '😀',
        ),
      )
      .map((parts) => `x${parts.join('')}x`)
    await fc.assert(
      fc.asyncProperty(text, text, text, async (label, synonym, definition) => {
        const found = await recorded(
          'a.obo',
          oboText([
            { id: 'A:1', label, definition, synonyms: [{ text: synonym, scope: 'related', type: 'LATIN' }] },
          ]),
        )
        const plain = (written: string): string => written.replace(/\s+/g, ' ')
        assert.deepEqual(found.problems, [])
        const { names, definitions } = draftIn(found, 'A:1')
        assert.deepEqual(
          names.map((name) => name.text),
          [...new Set([plain(label), plain(synonym)])],
        )
        assert.equal(definitions[0]?.text, plain(definition))
      }),
      { numRuns: 40, seed: 4 },
    )
  })
})
