import assert from 'node:assert/strict'
import { idSpellings } from '../../src/knowledge/store/idSpellings.ts'

const CASES: readonly (readonly [written: string, meant: string])[] = [
  ['C0011849', 'UMLS:C0011849'],
  [' c0011849 ', 'UMLS:C0011849'],
  ['umls:c0011849', 'UMLS:C0011849'],
  ['hp:0001250', 'HP:0001250'],
  ['HP_0001250', 'HP:0001250'],
  ['hp_0001250', 'HP:0001250'],
  ['HP: 0001250', 'HP:0001250'],
  ['mesh:d003924', 'MESH:D003924'],
  ['msh:D003924', 'MESH:D003924'],
  ['D003924', 'MESH:D003924'],
  ['c000657245', 'MESH:C000657245'],
  ['ncbigene:672', 'NCBIGene:672'],
  ['snomed:73211009', 'SNOMEDCT:73211009'],
  ['http://purl.obolibrary.org/obo/HP_0001250', 'HP:0001250'],
  ['https://id.nlm.nih.gov/mesh/D003924', 'MESH:D003924'],
  ['https://uts.nlm.nih.gov/uts/umls/concept/C0011849', 'UMLS:C0011849'],
]

describe('idSpellings', () => {
  for (const [written, meant] of CASES)
    it(`takes ${written} for ${meant}`, () => assert.ok(idSpellings(written).includes(meant), meant))

  it('tries what is written first, as ids of a laboratory may be in small letters', () => {
    assert.equal(idSpellings(' lab:x_1 ')[0], 'lab:x_1')
  })

  it('leaves words alone', () => {
    assert.deepEqual(idSpellings('type 2 diabetes').slice(0, 1), ['type 2 diabetes'])
    assert.deepEqual(idSpellings(''), [''])
  })
})
