import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { CancelledError, ConceptLensError, type Concept } from '../../src/core/index.ts'
import {
  importKnowledgeBase,
  knowledgeBaseStatistics,
  openKnowledgeBase,
  type ImportResult,
} from '../../src/knowledge/index.ts'

const TABLE = [
  '#conceptlens-kb\t1\t{"name":"Starter","version":"7","sources":[{"name":"MSH","title":"MeSH","version":"2024","licence":"NLM"}]}',
  'C\tUMLS:C0004096\tT047\tDISO\tMESH:D001982\tMESH:D001249|DOID:2841',
  'N\tpreferred\tMSH\t5\tAsthma',
  'N\tobserved\tMedMentions\t2\tasthmatic',
  'C\tUMLS:C0006261\tT047\t\t\tMESH:D001982',
  'N\tpreferred\tMSH\t0\tBronchial Diseases',
  '',
].join('\n')

const OBO = JSON.stringify({
  graphs: [
    {
      id: 'http://purl.obolibrary.org/obo/doid.owl',
      meta: { version: 'http://purl.obolibrary.org/obo/doid/releases/2018-07-05/doid.owl' },
      nodes: [
        {
          id: 'http://purl.obolibrary.org/obo/DOID_2841',
          lbl: 'asthma',
          type: 'CLASS',
          meta: {
            definition: { val: 'A bronchial disease\nof the airways.' },
            synonyms: [
              { pred: 'hasExactSynonym', val: 'bronchial asthma' },
              { pred: 'hasBroadSynonym', val: 'wheezing illness' },
            ],
            xrefs: [{ val: 'UMLS_CUI:C0004096' }, { val: 'url:http://example.org' }],
            basicPropertyValues: [
              { pred: 'http://www.geneontology.org/formats/oboInOwl#hasAlternativeId', val: 'DOID:9999' },
            ],
          },
        },
        { id: 'http://purl.obolibrary.org/obo/DOID_1', lbl: 'lung disease', type: 'CLASS' },
        {
          id: 'http://purl.obolibrary.org/obo/DOID_8',
          lbl: 'old asthma',
          meta: {
            deprecated: true,
            basicPropertyValues: [
              {
                pred: 'http://purl.obolibrary.org/obo/IAO_0100001',
                val: 'http://purl.obolibrary.org/obo/DOID_2841',
              },
            ],
          },
        },
        { id: 'http://purl.obolibrary.org/obo/CHEBI_1', lbl: 'foreign', type: 'CLASS' },
        { id: 'http://purl.obolibrary.org/obo/DOID_10', lbl: 'affects', type: 'PROPERTY' },
        { lbl: 'no id' },
      ],
      edges: [
        {
          sub: 'http://purl.obolibrary.org/obo/DOID_2841',
          pred: 'is_a',
          obj: 'http://purl.obolibrary.org/obo/DOID_1',
        },
      ],
    },
  ],
})

describe('Importing a knowledge base', () => {
  let dir: string
  let out: string

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'kb-import-'))
    out = join(dir, 'store')
  })

  afterEach(() => rmSync(dir, { recursive: true }))

  const file = (name: string, content: string | Uint8Array): string => {
    const path = join(dir, name)
    writeFileSync(path, content)
    return path
  }
  const imported = (...sources: string[]): Promise<ImportResult> => importKnowledgeBase({ sources, out })
  const conceptOf = (id: string): Concept => {
    const knowledgeBase = openKnowledgeBase(out)
    try {
      const [ref] = knowledgeBase.resolve(id)
      assert.ok(ref !== undefined, `${id} is unknown`)
      return knowledgeBase.concept(ref)
    } finally {
      knowledgeBase.close()
    }
  }
  const codeOf = async (work: Promise<unknown>): Promise<string> => {
    try {
      await work
      return 'none'
    } catch (error) {
      assert.ok(error instanceof ConceptLensError)
      return error.code
    }
  }

  it('reads a concepts table, packed or not', async () => {
    for (const path of [
      file('a.tsv', TABLE),
      file('b.tsv.gz', gzipSync(TABLE)),
      file('c', `\ufeff${TABLE.replaceAll('\n', '\r\n')}`),
    ]) {
      const { info, nProblems } = await imported(path)
      assert.deepEqual(
        [info.name, info.version, info.nConcepts, info.nNames, nProblems],
        ['Starter', '7', 2, 3, 0],
      )
      assert.deepEqual(
        info.sources.map(({ name, licence, nNames }) => [name, licence, nNames]),
        [
          ['MSH', 'NLM', 2],
          ['MedMentions', '', 1],
        ],
      )
    }
    assert.deepEqual(conceptOf('DOID:2841'), {
      id: 'UMLS:C0004096',
      name: 'Asthma',
      names: [
        { text: 'Asthma', kind: 'preferred', source: 'MSH', count: 5 },
        { text: 'asthmatic', kind: 'observed', source: 'MedMentions', count: 2 },
      ],
      types: ['T047'],
      groups: ['DISO'],
      parents: ['UMLS:C0006261'],
      xrefs: ['DOID:2841', 'MESH:D001249'],
      definitions: [],
    })
    const knowledgeBase = openKnowledgeBase(out)
    const [parent] = knowledgeBase.resolve('C0006261')
    assert.deepEqual(
      knowledgeBase.children(parent!).map((child) => knowledgeBase.summary(child).name),
      ['Asthma'],
    )
    assert.deepEqual(knowledgeBase.summary(parent!).groups, ['DISO'])
    assert.equal(knowledgeBase.conceptCount(knowledgeBase.resolve('mesh:D001249')[0]!), 7)
    knowledgeBase.close()
  })

  it('reads names tables and says which rows are bad', async () => {
    const rows = [
      'id,name,kind,type,alt_ids',
      'MSH:D1,"Fever, high",,T184,X:1|X:2',
      'MSH:D1,Pyrexia,syn,,',
      ',nothing,,,',
      'Y:2,Cough,odd,T999,',
    ]
    const { info, problems } = await imported(file('names.csv', rows.join('\n')))
    assert.equal(info.nConcepts, 2)
    assert.deepEqual(
      problems.map(({ code, line }) => [code, line]),
      [
        ['kb-bad-row', 4],
        ['kb-unknown-kind', 5],
        ['kb-unknown-type', 5],
      ],
    )
    const fever = conceptOf('X:2')
    assert.deepEqual(
      fever.names.map(({ text, kind, source }) => [text, kind, source]),
      [
        ['Fever, high', 'preferred', 'names'],
        ['Pyrexia', 'synonym', 'names'],
      ],
    )
    assert.deepEqual([fever.id, fever.types, fever.groups], ['MESH:D1', ['T184'], ['DISO']])
  })

  it('keeps quotes in tab-separated tables', async () => {
    await imported(file('names.tsv.gz', gzipSync('name\tid\r\n"odd" name\tZ:1\r\n')))
    assert.equal(conceptOf('Z:1').name, '"odd" name')
  })

  it('reads an OBO graph', async () => {
    const { info, problems } = await imported(file('doid.json', OBO))
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['kb-bad-node'],
    )
    assert.equal(info.nConcepts, 2)
    assert.equal(info.sources[0]?.version, '2018-07-05')
    const asthma = conceptOf('DOID:8')
    assert.deepEqual(
      [asthma.id, asthma.xrefs, asthma.parents],
      ['UMLS:C0004096', ['DOID:2841', 'DOID:8', 'DOID:9999'], ['DOID:1']],
    )
    assert.deepEqual(
      asthma.names.map(({ text }) => text),
      ['asthma', 'bronchial asthma'],
    )
    assert.deepEqual(asthma.definitions, [{ source: 'DOID', text: 'A bronchial disease of the airways.' }])
  })

  it('joins what several sources say of one concept', async () => {
    const extra = file('extra.tsv', 'id\tname\nMESH:D001249\tReactive airway disease\n')
    const { info, nJoined } = await imported(file('kb.tsv', TABLE), file('doid.json', OBO), extra)
    assert.equal(info.nConcepts, 3)
    assert.equal(nJoined, 1)
    const asthma = conceptOf('MESH:D001249')
    assert.equal(asthma.id, 'UMLS:C0004096')
    assert.deepEqual(
      asthma.names.map(({ text }) => text),
      ['Asthma', 'asthmatic', 'asthma', 'bronchial asthma', 'Reactive airway disease'],
    )
    assert.equal(asthma.definitions.length, 1)
  })

  it('leaves apart what several concepts claim, and resolves to each', async () => {
    const table = 'id,name,alt_ids\nA:1,one,N:1\nA:2,two,N:1\n'
    const { nJoined, nAmbiguousIds } = await imported(
      file('a.csv', table),
      file('n.csv', 'id,name\nN:1,third\n'),
    )
    assert.deepEqual([nJoined, nAmbiguousIds], [0, 1])
    const knowledgeBase = openKnowledgeBase(out)
    assert.deepEqual(
      knowledgeBase.resolve('N:1').map((ref) => knowledgeBase.summary(ref).id),
      ['N:1', 'A:1', 'A:2'],
    )
    knowledgeBase.close()
  })

  it('refuses what it cannot read before it starts', async () => {
    const good = file('a.tsv', TABLE)
    const bad: readonly (readonly [source: string, code: string])[] = [
      [join(dir, 'none.csv'), 'kb-source-not-found'],
      [file('x.xml', '<a/>'), 'kb-unknown-source'],
      [file('x.csv', 'cui,label\n1,a\n'), 'kb-missing-column'],
      [file('x.bin', new Uint8Array([0, 1, 2])), 'kb-unknown-source'],
      [dir, 'kb-unknown-source'],
      [file('v9.tsv', '#conceptlens-kb\t9\t{}\n'), 'kb-other-table-version'],
      [file('h.tsv', '#conceptlens-kb\t1\t{}\n'), 'kb-bad-table-header'],
      [file('x.json', '{"nodes": []}'), 'kb-not-obo-graph'],
      [file('y.json', '{"graphs": ['), 'kb-bad-json'],
      [file('cut.tsv.gz', gzipSync(TABLE).subarray(0, 60)), 'kb-unreadable-source'],
    ]
    for (const [source, code] of bad) assert.equal(await codeOf(imported(good, source)), code, source)
    assert.equal(await codeOf(imported()), 'kb-no-source')
    assert.equal(await codeOf(imported(file('empty.csv', 'id,name\n'))), 'kb-no-concepts')
    assert.ok(!existsSync(out))
  })

  it('replaces a store but nothing else', async () => {
    const table = file('a.tsv', TABLE)
    mkdirSync(join(dir, 'mine'))
    writeFileSync(join(dir, 'mine', 'thesis.md'), '# Thesis')
    assert.equal(
      await codeOf(importKnowledgeBase({ sources: [table], out: join(dir, 'mine') })),
      'kb-out-not-empty',
    )
    await imported(table)
    const before = readFileSync(join(out, 'manifest.json'), 'utf8')
    await imported(file('names.csv', 'id,name\nA:1,one\n'))
    assert.notEqual(readFileSync(join(out, 'manifest.json'), 'utf8'), before)
    assert.deepEqual(
      readdirSync(dir).filter((name) => name.startsWith('.')),
      [],
    )
  })

  it('builds again only when something changed, if asked to', async () => {
    const sources = [file('a.tsv', TABLE)]
    const again = (): Promise<ImportResult> => importKnowledgeBase({ sources, out, ifChanged: true })
    assert.equal((await again()).built, true)
    const second = await again()
    assert.deepEqual([second.built, second.info], [false, knowledgeBaseStatistics(out).info])
    file('a.tsv', TABLE.replace('asthmatic', 'asthmatics'))
    assert.equal((await again()).built, true)
    writeFileSync(join(out, 'names.bin'), '')
    assert.equal((await again()).built, true)
  })

  it('makes the same bytes from the same sources', async () => {
    const sources = [file('a.tsv', TABLE), file('doid.json', OBO)]
    const { info } = await imported(...sources)
    assert.equal((await imported(...sources)).info.fingerprint, info.fingerprint)
  })

  it('stops when it is cancelled and leaves nothing behind', async () => {
    const sources = [file('a.tsv', TABLE)]
    await assert.rejects(
      importKnowledgeBase({ sources, out, token: { isCancellationRequested: true } }),
      CancelledError,
    )
    assert.deepEqual(readdirSync(dir), ['a.tsv'])
  })

  for (const stage of ['joining sources', 'writing concepts', 'sorting names', 'inverting names'])
    it(`stops while ${stage}, leaves nothing behind and the old store as it was`, async () => {
      const sources = [file('a.tsv', TABLE)]
      await importKnowledgeBase({ sources, out })
      const before = readFileSync(join(out, 'manifest.json'), 'utf8')
      const token = { isCancellationRequested: false }
      const progress = {
        report() {},
        step(words: string) {
          token.isCancellationRequested = words.startsWith(stage)
        },
      }
      await assert.rejects(importKnowledgeBase({ sources, out, progress, token }), CancelledError)
      assert.deepEqual(readdirSync(dir).sort(), ['a.tsv', 'store'])
      assert.equal(readFileSync(join(out, 'manifest.json'), 'utf8'), before)
      assert.ok(readdirSync(out).every((name) => !name.endsWith('.scratch')))
    })
})
