import assert from 'node:assert/strict'
import { replacedIds } from '../../src/knowledge/import/ontologyClass.ts'

describe('Replaced classes', () => {
  it('are found over chains, and circles end', () => {
    const replaced = replacedIds([
      ['A:1', 'A:2'],
      ['A:2', 'A:3'],
      ['A:4', 'A:3'],
      ['B:1', 'B:2'],
      ['B:2', 'B:1'],
      ['C:1', 'C:1'],
    ])
    assert.deepEqual(replaced.get('A:3'), ['A:1', 'A:2', 'A:4'])
    assert.equal(replaced.get('A:2'), undefined)
  })
})
