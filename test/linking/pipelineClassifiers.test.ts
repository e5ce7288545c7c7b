import assert from 'node:assert/strict'
import { groupOfType } from '../../src/formats/index.ts'
import type { TokenClassifier } from '../../src/inference/index.ts'
import { pipelineClassifiers } from '../../src/linking/index.ts'
import type { ClassifierOptions } from '../../src/pipeline/index.ts'

const asking = (model: string, ...types: string[]): ClassifierOptions => ({
  ...{ kind: 'token-classification', model, types, aggregation: 'auto', threshold: 0.5 },
})

const classifierOf = (name: string, types: readonly string[]): TokenClassifier => ({
  info: { name, fingerprint: name, scheme: 'BIO', types, aggregation: 'first', provider: 'cpu' },
  spans: () => Promise.resolve([]),
  dispose: () => Promise.resolve(),
})

describe('pipelineClassifiers', () => {
  it('gives each detector its model with the groups of its types, and says what models do not have', () => {
    const [drugs, gone, cells] = [
      asking('drugs'),
      asking('gone'),
      asking('cells', 'Line = ANAT', 'Age = CONC'),
    ]
    const models = [classifierOf('drugs', ['Chemical']), classifierOf('cells', ['Line', 'Species'])] as const
    const { of, problems } = pipelineClassifiers(
      [drugs, gone, cells],
      [models[0], undefined, models[1]],
      groupOfType,
    )
    assert.deepEqual(of(drugs), { classifier: models[0], groups: { Chemical: 'CHEM' } })
    assert.equal(of(gone), undefined)
    assert.deepEqual(of(cells), { classifier: models[1], groups: { Line: 'ANAT', Species: 'LIVB' } })
    assert.deepEqual(problems, ['"Age" is no type of the model; it has Line, Species'])
  })
})
