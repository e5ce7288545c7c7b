import assert from 'node:assert/strict'
import { groupLabel, groupOf, groupsOf, SEMANTIC_GROUPS, tuiOf, typeName } from '../../src/knowledge/index.ts'

describe('Semantic types', () => {
  it('know their name and group', () => {
    assert.equal(typeName('T047'), 'Disease or Syndrome')
    assert.equal(groupOf('T047'), 'DISO')
    assert.equal(groupLabel('DISO'), 'Disorders')
    assert.deepEqual(groupsOf(['T121', 'T047', 'T109']), ['CHEM', 'DISO'])
    assert.equal(SEMANTIC_GROUPS.length, 15)
  })

  it('are found by name, whatever its case', () => {
    assert.equal(tuiOf('disease or syndrome'), 'T047')
    assert.equal(tuiOf('t047'), 'T047')
    assert.equal(tuiOf('Disorders'), undefined)
  })

  it('leave open what they do not know', () => {
    assert.equal(typeName('T999'), undefined)
    assert.equal(groupOf('constructor'), undefined)
    assert.equal(groupLabel('XYZ'), 'XYZ')
  })
})
