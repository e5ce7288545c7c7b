import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { ConceptLensError, type Concept } from '../../src/core/index.ts'
import {
  countRelease,
  importKnowledgeBase,
  openKnowledgeBase,
  releaseAt,
  type ImportResult,
  type ReleaseSelection,
} from '../../src/knowledge/index.ts'

const FIXTURES = join(import.meta.dirname, '..', 'fixtures', 'rrf')
const UMLS = join(FIXTURES, 'umls')
const RXNORM = join(FIXTURES, 'rxnorm')

describe('Releases in the Rich Release Format', () => {
  let dir: string
  let out: string

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'kb-rrf-'))
    out = join(dir, 'store')
  })

  afterEach(() => rmSync(dir, { recursive: true }))

  const imported = (source: string, selection?: ReleaseSelection): Promise<ImportResult> =>
    importKnowledgeBase({ sources: [source], out, ...(selection ? { selection } : {}) })
  const concepts = (): Map<string, Concept> => {
    const store = openKnowledgeBase(out)
    const all = Array.from({ length: store.info.nConcepts }, (_, ref) => store.concept(ref))
    store.close()
    return new Map(all.map((concept) => [concept.id, concept]))
  }
  const namesOf = (id: string): string[] =>
    concepts()
      .get(id)
      ?.names.map(({ text }) => text) ?? []
  const codeOf = async (work: Promise<unknown>): Promise<string> => {
    try {
      await work
      return 'none'
    } catch (error) {
      assert.ok(error instanceof ConceptLensError)
      return error.code
    }
  }

  it('give concepts with names by rank, types, definitions, parents and codes', async () => {
    const { info } = await imported(UMLS)
    assert.equal(info.nConcepts, 4)
    assert.deepEqual(concepts().get('UMLS:C0004096'), {
      id: 'UMLS:C0004096',
      name: 'Asthma',
      names: [
        { text: 'Asthma', kind: 'preferred', source: 'MSH', count: 0 },
        { text: 'Bronchial asthma', kind: 'synonym', source: 'SNOMEDCT_US', count: 0 },
        { text: 'Asthma', kind: 'synonym', source: 'SNOMEDCT_US', count: 0 },
        { text: 'BA', kind: 'abbreviation', source: 'NCI', count: 0 },
      ],
      types: ['T047'],
      groups: ['DISO'],
      parents: ['UMLS:C0006261'],
      xrefs: ['MESH:D001249', 'NCIT:C28397', 'SNOMEDCT:195967001'],
      definitions: [{ source: 'MSH', text: 'A form of bronchial disorder.' }],
    })
    assert.deepEqual(
      info.sources.map(({ name, title, licence, nNames }) => [name, title, licence, nNames]),
      [
        ['MSH', 'Medical Subject Headings', 'UMLS licence, restriction level 0', 3],
        ['SNOMEDCT_US', 'SNOMED CT, US Edition', 'UMLS licence, restriction level 9', 2],
        ['NCI', 'NCI Thesaurus', 'UMLS licence, restriction level 0', 2],
        ['CHV', 'Consumer Health Vocabulary', 'UMLS licence, restriction level 0', 1],
      ],
    )
  })

  it('keep names verbatim, whatever letters they have', async () => {
    await imported(UMLS)
    assert.deepEqual(namesOf('UMLS:C0061355'), ['TGF-β₁ – Sjögren’s “µ” 𝛼'])
    assert.deepEqual(concepts().get('UMLS:C0018681')!.names.at(-1)!.kind, 'layperson')
  })

  it('say which way is-a goes: PAR and inverse_isa up, CHD and isa down', async () => {
    await imported(UMLS)
    const parents = [...concepts().values()].map(({ id, parents }) => [id, parents])
    assert.deepEqual(parents, [
      ['UMLS:C0004096', ['UMLS:C0006261']],
      ['UMLS:C0006261', []],
      ['UMLS:C0018681', ['UMLS:C0061355']],
      ['UMLS:C0061355', []],
    ])
  })

  it('resolve retired ids to what replaces them, through chains, and only to equals', async () => {
    await imported(UMLS)
    const store = openKnowledgeBase(out)
    const resolved = ['C0000001', 'C0000002', 'C0000003', 'C0000004', 'C0004096'].map((id) =>
      store.resolve(id).map((ref) => store.summary(ref).id),
    )
    assert.deepEqual(resolved, [['UMLS:C0018681'], ['UMLS:C0018681'], [], [], ['UMLS:C0004096']])
    store.close()
  })

  it('report bad rows by file, line and reason, and go on', async () => {
    const { nProblems, problems } = await imported(UMLS)
    assert.equal(nProblems, 4)
    const found = problems.map(({ file, line, message }) => [file!.split('/').at(-1), line, message])
    assert.deepEqual(found, [
      ['MRCONSO.RRF', 10, 'The row was left out: its name is empty.'],
      ['MRCONSO.RRF', 11, 'The row was left out: it has 3 columns instead of 18.'],
      ['MRCONSO.RRF', 12, 'The row was left out: "X12" is no concept identifier.'],
      ['MRDEF.RRF', 3, 'The row was left out: its definition is empty.'],
    ])
  })

  const selections: [string, ReleaseSelection, Record<string, string[]>][] = [
    [
      'vocabulary',
      { vocabularies: ['chv', 'NCI'] },
      {
        'UMLS:C0004096': ['BA'],
        'UMLS:C0018681': ['head pain'],
        'UMLS:C0061355': ['TGF-β₁ – Sjögren’s “µ” 𝛼'],
      },
    ],
    ['language', { languages: ['SPA'] }, { 'UMLS:C0004096': ['asma'] }],
    ['term type', { termTypes: ['AB'] }, { 'UMLS:C0004096': ['BA'] }],
    [
      'semantic type or group',
      { semanticTypes: ['T184', 'chem'], vocabularies: ['MSH', 'NCI'] },
      { 'UMLS:C0018681': ['Headache'], 'UMLS:C0061355': ['TGF-β₁ – Sjögren’s “µ” 𝛼'] },
    ],
    [
      'suppressible names',
      { suppressible: true, termTypes: ['OP'] },
      { 'UMLS:C0004096': ['Asthma (obsolete)'] },
    ],
  ]
  for (const [what, selection, expected] of selections)
    it(`are chosen from by ${what}, and counted before`, async () => {
      await imported(UMLS, selection)
      const found = [...concepts().values()].map(({ id, names }) => [id, names.map(({ text }) => text)])
      assert.deepEqual(Object.fromEntries(found), expected)
      const counts = await countRelease((await releaseAt(UMLS, selection))!)
      assert.equal(counts.nSelectedConcepts, found.length)
      assert.equal(
        counts.nSelectedNames - (what === 'vocabulary' ? 1 : 0),
        Object.values(expected).flat().length,
      )
    })

  it('are counted by every filter', async () => {
    const counts = await countRelease((await releaseAt(UMLS))!)
    assert.deepEqual([counts.nNames, counts.nSuppressible, counts.nSelectedNames], [11, 1, 9])
    assert.deepEqual(counts.languages, [
      { value: 'ENG', title: '', nNames: 10, nSelected: 9 },
      { value: 'SPA', title: '', nNames: 1, nSelected: 0 },
    ])
    assert.deepEqual(counts.vocabularies[0], {
      value: 'MSH',
      title: 'Medical Subject Headings',
      nNames: 3,
      nSelected: 3,
    })
    assert.equal(counts.semanticTypes.find(({ value }) => value === 'T047')?.title, 'Disease or Syndrome')
  })

  it('are the same packed file by file or in a zip file', async () => {
    await imported(UMLS)
    const plain = concepts()
    const packed = join(dir, 'packed')
    cpSync(UMLS, packed, { recursive: true })
    const conso = join(packed, 'META', 'MRCONSO.RRF')
    writeFileSync(`${conso}.gz`, gzipSync(readFileSync(conso)))
    rmSync(conso)
    await imported(packed)
    assert.deepEqual(concepts(), plain)
    // The same files under 2026AA/META/, MRCONSO.RRF packed on its own too.
    const zip = join(FIXTURES, 'umls.zip')
    await imported(zip)
    assert.deepEqual(concepts(), plain)
    const cut = join(dir, 'cut.zip')
    writeFileSync(cut, readFileSync(zip).subarray(0, 900))
    assert.equal(await codeOf(imported(cut)), 'kb-bad-zip')
  })

  it('of RxNorm have ids of its own', async () => {
    const { info, nProblems } = await imported(RXNORM)
    assert.deepEqual([info.nConcepts, nProblems], [2, 0])
    const found = concepts()
    assert.deepEqual(found.get('RXNORM:5640')!.xrefs, ['MESH:D007052', 'RXNORM:99999'])
    assert.deepEqual(found.get('RXNORM:5640')!.types, ['T109', 'T121'])
    assert.deepEqual(found.get('RXNORM:310965')!.parents, ['RXNORM:5640'])
  })

  it('stop before any work when a file, a column, a vocabulary or a type is missing', async () => {
    const copy = (name: string): string => {
      const path = join(dir, name)
      cpSync(UMLS, path, { recursive: true })
      return path
    }
    const noColumn = copy('columns')
    const files = join(noColumn, 'META', 'MRFILES.RRF')
    writeFileSync(files, readFileSync(files, 'utf8').replace('TTY,', 'XXX,'))
    assert.equal(await codeOf(imported(noColumn)), 'kb-missing-column')
    const noTypes = copy('types')
    rmSync(join(noTypes, 'META', 'MRSTY.RRF'))
    assert.equal(await codeOf(imported(noTypes, { semanticTypes: ['DISO'] })), 'kb-missing-file')
    assert.equal(await codeOf(imported(UMLS, { semanticTypes: ['T999'] })), 'kb-unknown-type')
    assert.equal(await codeOf(imported(UMLS, { vocabularies: ['MESH'] })), 'kb-unknown-vocabulary')
    mkdirSync(join(dir, 'empty'))
    assert.equal(await codeOf(imported(join(dir, 'empty'))), 'kb-unknown-source')
  })

  it('are built again when the selection changes, if asked to', async () => {
    const build = (selection?: ReleaseSelection): Promise<ImportResult> =>
      importKnowledgeBase({ sources: [UMLS], out, ifChanged: true, ...(selection ? { selection } : {}) })
    const built = [
      await build(),
      await build(),
      await build({ languages: ['SPA'] }),
      await build({ languages: ['spa'] }),
    ]
    assert.deepEqual(
      built.map((result) => result.built),
      [true, false, true, false],
    )
  })

  it('join other sources by their codes', async () => {
    const table = join(dir, 'extra.csv')
    writeFileSync(table, 'id,name\nMESH:D001249,reactive airways\n')
    await importKnowledgeBase({ sources: [UMLS, table], out })
    assert.ok(namesOf('UMLS:C0004096').includes('reactive airways'))
  })
})
