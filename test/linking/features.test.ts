import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import type { Candidate } from '../../src/core/index.ts'
import { featureNames, featuresOf, featureVector } from '../../src/linking/ranking/features.ts'

const base: Candidate = {
  concept: 0,
  id: 'T:0',
  matchedName: 'Cold',
  matchedKind: 'preferred',
  preferredName: 'Cold',
  lexicalScore: 1,
  exact: true,
  nameCount: 3,
  conceptCount: 9,
  types: [],
  groups: ['DISO', 'PHEN'],
}
const candidates: Candidate[] = [
  base,
  { ...base, id: 'T:1', matchedName: 'cold', matchedKind: 'observed', nameCount: 1, groups: ['PHEN'] },
  {
    ...base,
    id: 'T:2',
    matchedName: 'colds',
    matchedKind: 'synonym',
    exact: false,
    lexicalScore: 0.7,
    groups: [],
  },
]

describe('featuresOf', () => {
  it('is what the table says', () => {
    const input = { lookedUp: 'cold', expanded: false, group: 'DISO', candidates }
    assert.deepEqual(featuresOf(input, 0), {
      lexicalScore: 1,
      exact: 1,
      caseExact: 0,
      nameShare: 3 / 5,
      logNameCount: Math.log(4) / 5,
      logConceptCount: Math.log(10) / 8,
      isPreferred: 1,
      expanded: 0,
      reciprocalRank: 1,
      typeMatch: 1,
    })
    assert.deepEqual(featureVector(input, 1, featureNames), [
      1,
      1,
      1,
      1 / 5,
      Math.log(2) / 5,
      Math.log(10) / 8,
      0,
      0,
      1 / 2,
      0,
    ])
    assert.deepEqual(
      featureVector({ lookedUp: 'cold', expanded: true, candidates }, 2, [
        'nameShare',
        'expanded',
        'typeMatch',
        'exact',
        'reciprocalRank',
      ]),
      [0, 1, 0.5, 0, 1 / 3],
    )
  })

  it('refuses a feature that it does not know', () => {
    assert.throws(
      () => featureVector({ lookedUp: 'cold', expanded: false, candidates }, 0, ['colour']),
      /colour/,
    )
  })
})
