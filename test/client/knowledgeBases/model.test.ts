import assert from 'node:assert/strict'
import { contextOf, detailsOf, entriesOf, groupDetails } from '../../../src/client/knowledgeBases/model.ts'
import type { KnowledgeBaseDescription } from '../../../src/protocol/index.ts'

const hpo: KnowledgeBaseDescription = {
  path: '/storage/hpo',
  name: 'HPO',
  version: '2026-01-15',
  nConcepts: 19_034,
  nNames: 41_210,
  sizeBytes: 12_345_678,
  sources: [
    {
      name: 'HP',
      title: 'Human Phenotype Ontology',
      version: '',
      licence: '',
      nConcepts: 19_034,
      nNames: 41_210,
    },
  ],
}

const origin = { name: 'HPO', sources: ['/data/hp.json'], ontologies: [] }

describe('the view of knowledge bases', () => {
  it('says what each one is and which is in use', () => {
    const [starter, imported, gone] = entriesOf(
      [
        { path: '', place: 'starter' },
        { path: '/storage/hpo', place: 'imported', origin },
        { path: '/home/me/kb', place: 'elsewhere' },
      ],
      [
        { ...hpo, path: '', name: 'ConceptLens starter knowledge base', version: '' },
        hpo,
        { path: '/home/me/kb', problem: 'There is no knowledge base there.' },
      ],
      '/storage/hpo',
    )
    assert.ok(starter && imported && gone)
    assert.deepEqual(
      [starter, imported, gone].map(({ label, description }) => `${label}: ${description}`),
      ['Starter: 19,034 concepts', 'HPO: in use · 2026-01-15 · 19,034 concepts', 'kb: cannot be used'],
    )
    assert.deepEqual([starter, imported, gone].map(contextOf), [
      'starter inactive usable',
      'imported active updatable usable',
      'elsewhere inactive',
    ])
    assert.deepEqual(
      detailsOf(imported).map(({ label, description }) => `${label}: ${description}`),
      [
        'Version: 2026-01-15',
        'Concepts: 19,034',
        'Names: 41,210',
        'Size on disk: 12.3 MB',
        'Sources: 1',
        'Folder: /storage/hpo',
      ],
    )
    const source = detailsOf(imported)[4]?.details?.[0]
    assert.equal(source?.description, '19,034 concepts · 41,210 names · licence not given')
    assert.equal(detailsOf(gone)[0]?.description, 'There is no knowledge base there.')
  })

  it('counts by semantic group, the largest first, with shares', () => {
    const lines = groupDetails(
      [
        { group: '', label: 'no known group', nConcepts: 1 },
        { group: 'DISO', label: 'Disorders', nConcepts: 7500 },
        { group: 'CHEM', label: 'Chemicals & Drugs', nConcepts: 2499 },
      ],
      10_000,
    )
    assert.deepEqual(
      lines.map(({ label, description }) => `${label}: ${description}`),
      [
        'Disorders: DISO · 7,500 · 75.0 %',
        'Chemicals & Drugs: CHEM · 2,499 · 25.0 %',
        'no known group: 1 · < 0.1 %',
      ],
    )
  })
})
