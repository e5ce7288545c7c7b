import assert from 'node:assert/strict'
import { countByGroup } from '../../src/knowledge/index.ts'
import { knowledgeBaseOf } from '../support/knowledgeBase.ts'

describe('countByGroup', () => {
  it('counts a concept of two groups in both, and those of none', () => {
    const kb = knowledgeBaseOf([
      { id: 'A:1', names: ['a'], groups: ['DISO'] },
      { id: 'A:2', names: ['b'], groups: ['DISO', 'CHEM'] },
      { id: 'A:3', names: ['c'] },
    ])
    assert.deepEqual([...countByGroup(kb)].sort(), [
      ['', 1],
      ['CHEM', 1],
      ['DISO', 2],
    ])
  })
})
