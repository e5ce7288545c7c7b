import assert from 'node:assert/strict'
import type { ConceptDraft } from '../../src/knowledge/import/draft.ts'
import { createJoiner } from '../../src/knowledge/import/join.ts'

const draft = (id: string, ...xrefs: string[]): ConceptDraft => ({
  id,
  names: [{ text: id, kind: 'preferred', source: 'T', count: 0 }],
  types: [],
  groups: [],
  parents: [],
  xrefs,
  definitions: [],
})

describe('Mappings', () => {
  it('join concepts of different files, whatever their order; the CUI wins', () => {
    const joiner = createJoiner()
    joiner.equal('MONDO:1', 'UMLS:C1')
    joiner.equal('MONDO:1', 'DOID:1')
    joiner.add(draft('MONDO:1'), 0)
    joiner.add(draft('UMLS:C1'), 1)
    joiner.add(draft('DOID:1'), 2)
    const { concepts, nJoined, nConflicts } = joiner.finish()
    assert.deepEqual([concepts.length, nJoined, nConflicts], [1, 2, 0])
    assert.deepEqual([concepts[0]!.id, concepts[0]!.xrefs], ['UMLS:C1', ['DOID:1', 'MONDO:1']])
  })

  it('give a concept the other id when nothing has it', () => {
    const joiner = createJoiner()
    joiner.add(draft('MONDO:1', 'OMIM:7'), 0)
    joiner.equal('MESH:D1', 'OMIM:7')
    assert.deepEqual(joiner.finish().concepts[0]!.xrefs, ['MESH:D1', 'OMIM:7'])
  })

  it('never join two CUIs or two concepts of one file', () => {
    const joiner = createJoiner()
    joiner.add(draft('UMLS:C1'), 0)
    joiner.add(draft('UMLS:C2'), 1)
    joiner.add(draft('MONDO:1'), 2)
    joiner.add(draft('MONDO:2'), 2)
    joiner.equal('UMLS:C1', 'UMLS:C2')
    joiner.equal('MONDO:1', 'UMLS:C1')
    joiner.equal('MONDO:2', 'UMLS:C1')
    joiner.equal('X:1', 'X:2')
    const { concepts, nJoined, nConflicts } = joiner.finish()
    assert.deepEqual(
      [concepts.map(({ id }) => id), nJoined, nConflicts],
      [['MONDO:2', 'UMLS:C1', 'UMLS:C2'], 1, 2],
    )
  })
})
