import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import {
  generativeOf,
  readPipeline,
  withOverrides,
  type Pipeline,
  type PipelineOverrides,
} from '../../src/pipeline/index.ts'
import { defaultPipeline, pipelineFiles } from '../support/pipeline.ts'

/** Asks a language model, and says everything about it. */
const ASKING = `model: none
mentions:
  detectors: [{kind: dictionary}]
ranking:
  rerankers: [{kind: prior}, {kind: generative, ifBelow: 0.4, atMost: 5, orders: 3, candidates: 4, feedback: 2}]
`
const asking = readPipeline('/lab/p.yaml', ASKING, pipelineFiles).pipeline as Pipeline
const askedIn = (pipeline: Pipeline, said: PipelineOverrides) => generativeOf(withOverrides(pipeline, said))

describe('what a person says of a language model', () => {
  it('holds before the description, option by option', () => {
    const described = { kind: 'generative', ifBelow: 0.4, atMost: 5, orders: 3, candidates: 4, feedback: 2 }
    assert.deepEqual(askedIn(asking, {}), described)
    assert.deepEqual(askedIn(asking, { asksLanguageModel: true, askedBelow: 0.9 }), {
      ...described,
      ifBelow: 0.9,
    })
    assert.deepEqual(askedIn(asking, { askedAtMost: 7, askedOrders: 2, candidatesRanked: 12 }), {
      ...described,
      ...{ atMost: 7, orders: 2 },
    })
    assert.deepEqual(askedIn(asking, { askedFeedback: 0 }), { ...described, feedback: 0 })
    assert.equal(askedIn(defaultPipeline, { asksLanguageModel: true })?.feedback, 0)
  })

  it('has it asked where the description does not, last of all, and not where it does', () => {
    assert.equal(askedIn(defaultPipeline, { askedBelow: 0.9 }), undefined)
    const { ranking } = withOverrides(defaultPipeline, { asksLanguageModel: true, askedBelow: 0.9 })
    assert.deepEqual(
      ranking.rerankers.map(({ kind, ifBelow }) => [kind, ifBelow]),
      [
        ['two-stream', undefined],
        ['prior', undefined],
        ['generative', 0.9],
      ],
    )
    assert.equal(askedIn(asking, { asksLanguageModel: false }), undefined)
  })

  it('leaves somebody who ranks before it when there is no other model', () => {
    const { pipeline } = readPipeline(
      '/lab/p.yaml',
      'ranking:\n  rerankers: [{kind: certain}, {kind: two-stream}, {kind: generative}]',
      pipelineFiles,
    )
    const { ranking } = withOverrides(pipeline as Pipeline, { model: 'none' })
    assert.deepEqual(
      ranking.rerankers.map(({ kind }) => kind),
      ['prior', 'generative'],
    )
  })
})
