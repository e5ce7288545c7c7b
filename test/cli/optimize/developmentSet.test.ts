import assert from 'node:assert/strict'
import { developmentDocuments } from '../../../src/cli/optimize/developmentSet.ts'
import { readCorpus } from '../../../src/evaluation/index.ts'
import { knowledgeBaseOf } from '../../support/knowledgeBase.ts'

const knowledgeBase = knowledgeBaseOf([
  { id: 'UMLS:C0011849', names: ['Diabetes mellitus'], xrefs: ['MESH:D003920'], groups: ['DISO'] },
])

// PubTator counts code points: 🧬 is one of them, and two UTF-16 units.
const corpus = readCorpus(
  [
    '1|t|🧬 and diabetes',
    '1|a|Diabetes 🧬 is common.',
    '1\t6\t14\tdiabetes\tDisease\tMESH:D003920',
    '1\t15\t23\tDiabetes\tDisease\tMESH:D999999',
    '',
  ].join('\n'),
  'a corpus',
)

describe('the documents that quantisations are measured on', () => {
  const [document] = developmentDocuments(corpus, knowledgeBase)
  const passages = document?.passages ?? []

  it('count in code points, as Python does', () => {
    const said = passages.flatMap(({ text, mentions }) =>
      mentions.map(({ start, end }) => Array.from(text).slice(start, end).join('')),
    )
    assert.deepEqual(said, ['diabetes', 'Diabetes'])
    for (const { text, sentences } of passages)
      for (const [start, end] of sentences) assert.ok(start < end && end <= Array.from(text).length)
  })

  it('have the concepts that gold ids name, and the ids of those that name none', () => {
    const gold = passages.flatMap(({ mentions }) => mentions.map(({ ids, gold }) => ({ ids, gold })))
    assert.deepEqual(gold, [
      { ids: ['MESH:D003920'], gold: ['UMLS:C0011849'] },
      { ids: ['MESH:D999999'], gold: [] },
    ])
  })

  it('say by which convention they were annotated', () => {
    assert.equal(document?.convention, 'entities')
    assert.deepEqual(document.groups, ['DISO'])
  })
})
