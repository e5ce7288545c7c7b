import { featureNames } from '../../src/linking/index.ts'
import { fakeEngine, type FakeEngine } from '../support/engine.ts'
import { knowledgeBaseOf } from '../support/knowledgeBase.ts'

/** The folder of {@link PAPER}. */
export const FOLDER = 'file:///project'
/** Where {@link TEXT} is opened. */
export const PAPER = `${FOLDER}/paper.md`

/** A knowledge base of a few concepts that the tests speak of. */
export const CONCEPTS = knowledgeBaseOf([
  {
    id: 'UMLS:C0009443',
    names: [
      'Common Cold',
      { text: 'cold', count: 40 },
      'acute coryza',
      { text: 'the sniffles', kind: 'observed', count: 3 },
      { text: 'Kif7', kind: 'observed', count: 1 },
    ],
    types: ['T047'],
    groups: ['DISO'],
    parents: ['MESH:D001982'],
    definitions: [{ text: 'A [catarrhal](command:evil) disorder.', source: 'MSH' }],
  },
  {
    id: 'UMLS:C0009264',
    names: ['Cold Temperature', { text: 'cold', count: 1 }],
    types: ['T070'],
    groups: ['PHEN'],
  },
  { id: 'UMLS:C0004096', names: ['Asthma', 'bronchial asthma'], types: ['T047'], groups: ['DISO'] },
  { id: 'CHEBI:6801', names: ['metformin'], groups: ['CHEM'] },
  { id: 'MESH:D001982', names: ['Bronchial Diseases'], groups: ['DISO'] },
])

const TAGS = { cold: 'DISO', asthma: 'DISO', metformin: 'CHEM' }

/** An engine that believes the counts: the sense of “cold” that is annotated more often wins. */
export function countingEngine(): FakeEngine {
  return fakeEngine({
    tags: TAGS,
    score: ({ features }) =>
      4 * (features[0] ?? 0) + 8 * (features[featureNames.indexOf('logNameCount')] ?? 0),
  })
}

/** A manuscript that the tests speak of. */
export const TEXT = 'The cold was bad. Asthma and asthma came.\n\nThen metformin, for the cold.\n'
