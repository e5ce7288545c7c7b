import assert from 'node:assert/strict'
import { parseManuscript } from '../../src/document/index.ts'
import { groupOfType } from '../../src/formats/index.ts'
import type { ScoredSpan, TokenClassifier } from '../../src/inference/index.ts'
import {
  createLinker,
  createMentionFinder,
  createPromptedExtractor,
  createStages,
  findAbbreviations,
  promptedDetector,
  readTypeGroups,
  tokenClassificationDetector,
  type MentionDetector,
} from '../../src/linking/index.ts'
import { fakeEngine } from '../support/engine.ts'
import { knowledgeBaseOf } from '../support/knowledgeBase.ts'
import { letterModel } from '../support/letterModel.ts'
import { defaultPipeline } from '../support/pipeline.ts'

const KB = knowledgeBaseOf([{ id: 'A:1', names: ['asthma'], groups: ['DISO'] }])
const TEXT = 'HeLa cells and lithium have no asthma.'
const judging = { heads: [], hideGeneralWords: false, tagThreshold: 0 }

/** Finds these words where they first stand. */
function classifierOf(words: Readonly<Record<string, readonly [string, number]>>): TokenClassifier {
  return {
    info: {
      name: 'fake',
      fingerprint: 'fake',
      scheme: 'BIO',
      types: ['Disease', 'CellLine'],
      aggregation: 'first',
      provider: 'cpu',
    },
    spans: (text) =>
      Promise.resolve(
        Object.entries(words).map(([word, [label, probability]]): ScoredSpan => {
          const start = text.indexOf(word)
          return { start, end: start + word.length, label, probability }
        }),
      ),
    dispose: () => Promise.resolve(),
  }
}

async function found(detector: MentionDetector) {
  const finder = createMentionFinder({ knowledgeBase: KB }, { detectors: [detector], judging })
  const mentions = await finder.find(TEXT)
  return mentions.map(({ text, group, namedType, origins }) => [text, group ?? namedType, ...origins])
}

describe('createMentionFinder', () => {
  const classifier = classifierOf({ 'HeLa cells': ['CellLine', 0.9], asthma: ['Disease', 0.4] })

  it('gives what a token-classification model finds, from a threshold on; a type without a group by its name', async () => {
    const groups = { Disease: 'DISO' }
    assert.deepEqual(await found(tokenClassificationDetector(classifier, { groups, threshold: 0.4 })), [
      ['HeLa cells', 'CellLine', 'token-classification'],
      ['asthma', 'DISO', 'token-classification'],
    ])
    assert.equal((await found(tokenClassificationDetector(classifier, { groups, threshold: 0.5 }))).length, 1)
  })

  it('gives what a language model lists', async () => {
    const answer = '[{"text":"asthma","type":"illness"}]'
    const model = letterModel(
      () => ({ kind: 'other', text: '' }),
      () => answer,
    )
    const extractor = createPromptedExtractor(model, ['illness'])
    assert.deepEqual(await found(promptedDetector(extractor, { illness: 'DISO' })), [
      ['asthma', 'DISO', 'language-model'],
    ])
  })

  it('finds in the passages of a document what the linker links there, short forms too', async () => {
    const knowledgeBase = knowledgeBaseOf([
      { id: 'A:1', names: ['asthma'], groups: ['DISO'] },
      { id: 'A:2', names: ['heart failure'], groups: ['DISO'] },
    ])
    const engine = fakeEngine({
      tags: { lithium: 'CHEM', asthma: 'DISO', HF: 'DISO', 'heart failure': 'DISO' },
    })
    const parts = { knowledgeBase, engine, logger: { error() {}, warn() {}, info() {}, debug() {} } }
    const text = 'We saw heart failure (HF) and asthma.\n\nIn HF lithium was given.\n'
    const manuscript = parseManuscript({ file: 'paper.md', text })
    const { passages } = await createLinker(parts, defaultPipeline).link(manuscript)
    const linked = passages.flatMap(({ links }) => links.map(({ mention }) => mention))
    assert.deepEqual(
      linked.map((one) => one.text),
      ['heart failure', 'HF', 'asthma', 'HF', 'lithium'],
    )
    const finder = createMentionFinder(parts, createStages(parts, defaultPipeline))
    const abbreviations = findAbbreviations(manuscript.passages.map((passage) => passage.text))
    const found = await Promise.all(
      manuscript.passages.map((one, passage) => finder.find(one.text, undefined, { passage, abbreviations })),
    )
    assert.deepEqual(found.flat(), linked)
  })

  it('fails when the detector does', async () => {
    const silent = { ...classifier, spans: () => Promise.reject(new Error('out of memory')) }
    await assert.rejects(
      found(tokenClassificationDetector(silent, { groups: {}, threshold: 0 })),
      /out of memory/,
    )
  })
})

describe('readTypeGroups', () => {
  it('knows what types are usually called, and what people say goes before', () => {
    const types = ['Disease', 'Simple_chemical', 'GENE', 'Age', 'Cell_Type', 'species']
    assert.deepEqual(readTypeGroups(types, [], groupOfType).groups, {
      Disease: 'DISO',
      Simple_chemical: 'CHEM',
      GENE: 'GENE',
      Cell_Type: 'ANAT',
      species: 'LIVB',
    })
    assert.deepEqual(readTypeGroups(['Disease', 'Age'], ['age = conc, disease ='], groupOfType), {
      groups: { Age: 'CONC' },
      problems: [],
    })
  })

  it('says what is not allowed', () => {
    const { problems } = readTypeGroups(['Disease'], ['Disease', 'Disease=ILL', 'Gene=GENE'], groupOfType)
    assert.equal(problems.length, 3)
    assert.match(problems[1] ?? '', /"Disease=ILL" is no type with .* allowed are .* DISO/)
    assert.match(problems[2] ?? '', /"Gene" is no type of the model; it has Disease/)
  })
})
