import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Concept } from '../../src/core/index.ts'
import { importKnowledgeBase, openKnowledgeBase, verifyKnowledgeBase } from '../../src/knowledge/index.ts'
import { dataFolder } from '../support/data.ts'
import { knowledgeBaseOf } from '../support/knowledgeBase.ts'

describe('Ontologies', function () {
  this.timeout(300_000)
  let dir: string

  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'kb-corpus-'))
  })

  after(() => rmSync(dir, { recursive: true, force: true }))

  const ontology = (name: string): string => join(dataFolder(), 'ontologies', name)

  const graphs = [
    ['hp.json.gz', 'HP:0002099', 'Asthma', 14_000],
    ['doid_2018-07-05.json.gz', 'DOID:2841', 'asthma', 8_000],
    ['ncit-disease_2018-06-08.json.gz', 'NCIT:C28397', 'Asthma', 15_000],
    ['ordo_2.6_2018-07-12.json.gz', 'ORPHA:586', 'Cystic fibrosis', 9_000],
  ] as const

  for (const [file, id, name, least] of graphs) {
    it(`${file} gives concepts with definitions and parents`, async () => {
      const out = join(dir, file)
      const { info, nProblems } = await importKnowledgeBase({ sources: [ontology(file)], out })
      assert.equal(nProblems, 0)
      assert.ok(info.nConcepts >= least, `${String(info.nConcepts)} concepts`)
      assert.deepEqual(verifyKnowledgeBase(out), [])
      const knowledgeBase = openKnowledgeBase(out)
      const [ref] = knowledgeBase.resolve(id)
      assert.ok(ref !== undefined)
      const concept = knowledgeBase.concept(ref)
      assert.equal(concept.name, name)
      assert.equal(concept.definitions.length, 1)
      assert.ok(concept.parents.length > 0)
      for (const parent of concept.parents) {
        const [found] = knowledgeBase.resolve(parent)
        assert.ok(found !== undefined && knowledgeBase.children(found).includes(ref), parent)
      }
      knowledgeBase.close()
    })
  }

  it('are searched as brute force searches them, and every concept is found by each of its names and ids', async () => {
    const out = join(dir, 'search')
    await importKnowledgeBase({ sources: [ontology('hp.json.gz')], out })
    const store = openKnowledgeBase(out)
    const concepts: Concept[] = Array.from({ length: store.info.nConcepts }, (_, ref) => store.concept(ref))
    for (const [ref, concept] of concepts.entries()) {
      assert.ok(store.resolve(concept.id).includes(ref))
      for (const { text } of concept.names)
        assert.ok(
          store.exact(text).some((match) => match.concept === ref),
          text,
        )
    }
    const oracle = knowledgeBaseOf(concepts)
    for (const query of [
      'seizures',
      'low-set ears',
      'abnormality of the optic nerve',
      'β-cell dysfunction',
      'x',
    ]) {
      assert.deepEqual(store.similar(query, 64), oracle.similar(query, 64), query)
      assert.deepEqual(store.exact(query), oracle.exact(query), query)
    }
    store.close()
  })
})
