import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  importKnowledgeBase,
  knowledgeBaseStatistics,
  openKnowledgeBase,
} from '../../../src/knowledge/index.ts'
import type { KnowledgeBase } from '../../../src/core/index.ts'
import { CHECKPOINT_FILE, findCheckpoint, importKey } from '../../../src/knowledge/import/checkpoint.ts'

const OBSERVED = [
  '#conceptlens-kb\t1\t{"name":"Observed","version":"1","sources":[{"name":"Corpus","title":"A corpus","version":"1","licence":"CC0"},{"name":"Unused","title":"Another","version":"1","licence":"MIT"}]}',
  'C\tUMLS:C0004096\t\t\t\tMESH:D001249|DOID:2841',
  'N\tobserved\tCorpus\t7\tasthmatic',
  'N\tobserved\tCorpus\t5\tAsthma',
  'C\tUMLS:C0009443\t\t\t\t',
  'N\tobserved\tUnused\t2\tcold',
  '',
].join('\n')

const VOCABULARY = [
  'id,name',
  'MESH:D001249,Asthma',
  'MESH:D001249,Bronchial Asthma',
  'MESH:D009203,Myocardial Infarction',
  '',
].join('\n')

describe('names that annotators used', () => {
  let dir: string
  const path = (name: string, content: string): string => {
    const file = join(dir, name)
    writeFileSync(file, content)
    return file
  }
  const built = async (content: string, observed?: string): Promise<KnowledgeBase> => {
    const out = join(dir, 'kb')
    const sources = [path('vocabulary.csv', content)]
    await importKnowledgeBase({ sources, out, ...(observed !== undefined && { observed }) })
    return openKnowledgeBase(out)
  }
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'observed-'))))
  afterEach(() => rmSync(dir, { recursive: true, force: true }))

  it('are those of a concept with the same id, also where that is a cross-reference in the table', async () => {
    const kb = await built(VOCABULARY, path('observed.tsv', OBSERVED))
    const [found] = kb.exact('asthmatic')
    assert.equal(found && kb.summary(found.concept).id, 'MESH:D001249')
    assert.deepEqual(
      kb.names(found!.concept).map(({ text, kind, source, count }) => [text, kind, source, count]),
      [
        ['Asthma', 'preferred', 'vocabulary', 5],
        ['Bronchial Asthma', 'synonym', 'vocabulary', 0],
        ['asthmatic', 'observed', 'Corpus', 7],
      ],
    )
    assert.equal(kb.conceptCount(found!.concept), 12)
    kb.close()
  })

  it('are those of the concept that has one of them, where the table knows several by one concept', async () => {
    const observed = [
      OBSERVED.split('\n')[0],
      'C\tUMLS:C0030567\t\t\t\tMESH:D010300|OMIM:606852|OMIM:168600',
      'N\tobserved\tCorpus\t9\tParkinson disease',
      'N\tobserved\tCorpus\t2\tparkinsonian',
      '',
    ]
    const vocabulary = [
      'id,name,alt_ids',
      'MESH:D010300,"Parkinson Disease",',
      'MESH:D010300,"Paralysis agitans",',
      'MESH:C564653,"Parkinson disease 10",OMIM:606852',
      'OMIM:168600,"Parkinson disease, late-onset",',
      '',
    ]
    const kb = await built(vocabulary.join('\n'), path('observed.tsv', observed.join('\n')))
    const holders = kb.exact('parkinsonian').map(({ concept }) => kb.summary(concept).id)
    assert.deepEqual(holders, ['MESH:D010300'])
    assert.deepEqual(
      ['MESH:C564653', 'OMIM:168600'].flatMap((id) => kb.resolve(id).map((one) => kb.conceptCount(one))),
      [0, 0],
    )
    kb.close()
  })

  it('are those of every concept that names the id as a cross-reference, where no concept has it as its own', async () => {
    const vocabulary =
      'id,name,alt_ids\nLAB:1,"Wheezing",MESH:D001249\nLAB:2,"Wheezing at night",MESH:D001249\n'
    const kb = await built(vocabulary, path('observed.tsv', OBSERVED))
    const holders = kb.exact('asthmatic').map(({ concept }) => kb.summary(concept).id)
    assert.deepEqual(holders.sort(), ['LAB:1', 'LAB:2'])
    kb.close()
  })

  it('make no concept, and name only sources that gave one', async () => {
    const kb = await built(VOCABULARY, path('observed.tsv', OBSERVED))
    assert.equal(kb.info.nConcepts, 2)
    assert.deepEqual(kb.exact('cold'), [])
    assert.deepEqual(
      kb.info.sources.map(({ name }) => name),
      ['vocabulary', 'Corpus'],
    )
    kb.close()
  })

  it('leave a concept alone that has counts of its own', async () => {
    const own = OBSERVED.replace('C\tUMLS:C0004096', 'C\tMESH:D001249').replace('\t7\t', '\t1\t')
    const kb = await built(own, path('observed.tsv', OBSERVED))
    assert.equal(kb.exact('asthmatic')[0]?.count, 1)
    kb.close()
  })

  it('belong to what a knowledge base was made from', async () => {
    const observed = path('observed.tsv', OBSERVED)
    const sources = [path('vocabulary.csv', VOCABULARY)]
    const out = join(dir, 'kb')
    await importKnowledgeBase({ sources, out, observed })
    assert.deepEqual(
      knowledgeBaseStatistics(out).imported.map(({ file }) => file),
      ['vocabulary.csv', 'observed.tsv'],
    )
    assert.equal((await importKnowledgeBase({ sources, out, observed, ifChanged: true })).built, false)
    assert.equal((await importKnowledgeBase({ sources, out, ifChanged: true })).built, true)
  })

  it('are part of what an interrupted import can go on with', () => {
    const keyWith = (observed: string) => importKey([], '', observed)
    writeFileSync(join(dir, CHECKPOINT_FILE), JSON.stringify({ key: keyWith('one'), read: {} }))
    const found = findCheckpoint(dir, keyWith('another'))
    assert.deepEqual(found, { why: 'other observed names are asked for now' })
  })

  it('are refused from a file that is no such table', async () => {
    await assert.rejects(built(VOCABULARY, path('plain.csv', VOCABULARY)), /concepts table/)
    await assert.rejects(built(VOCABULARY, path('broken.tsv', `${OBSERVED}nonsense\n`)), /line 7: "nonsense"/)
  })
})
