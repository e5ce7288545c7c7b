import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { benchPacking } from '../../../src/evaluation/bench/packing/packing.ts'
import { denseGflop, twoStreamGflop } from '../../../src/evaluation/bench/packing/cost.ts'
import { PAIR_TOKENS, passageOf, SHAPES } from '../../../src/evaluation/bench/packing/workload.ts'
import type { BenchResult } from '../../../src/evaluation/index.ts'
import type { Logger } from '../../../src/core/index.ts'
import { createTokenizer } from '../../../src/inference/index.ts'
import { engineScript } from '../../support/engineScript.ts'

const logger: Logger = { error() {}, warn() {}, info() {}, debug() {} }
const tokenizer = createTokenizer(readFileSync('models/linker/vocab.txt', 'utf8'))
const count = (text: string): number => tokenizer.tokenize(text).ids.length

describe('bench packing', () => {
  it('packs texts and candidates of the lengths that its shapes name', () => {
    for (const shape of SHAPES)
      for (const seed of [0, 1, 5]) {
        const { text, sentences, mentions } = passageOf(shape, seed, 'two-stream')
        assert.equal(count(text) + 2, shape.nTokens)
        assert.equal(sentences.at(-1)?.end, text.length)
        assert.equal(mentions.length, shape.nMentions)
        const dense = passageOf(shape, seed, 'dense')
        assert.equal(dense.text, text)
        mentions.forEach(({ span, mentionText, candidates }, m) => {
          assert.equal(text.slice(span.start, span.end), mentionText)
          assert.equal(candidates.length, shape.nCandidates)
          for (const { name, preferred, typeLabel = '' } of candidates)
            assert.equal(
              5 + count(mentionText) + count(name) + count(preferred) + count(typeLabel),
              PAIR_TOKENS,
            )
          for (const { name } of dense.mentions[m]?.candidates ?? [])
            assert.equal(2 + count(mentionText) + count(name), PAIR_TOKENS)
        })
      }
  })

  it('counts the operations of an encoder', () => {
    // One layer, one token: 4 products of 2 × 2, two of 2 × 8, and a token that attends to itself.
    const size = { layers: 1, hidden: 2, intermediate: 8 }
    assert.equal(denseGflop(size, 1, 1) * 1e9, 2 * (4 * 4 + 2 * 16) + 2 * 2 * 2)
    // A text and one candidate, which the last layer asks for one token.
    const shape = { nTokens: 3, nMentions: 1, nCandidates: 1 }
    const text = denseGflop(size, 3, 9) * 1e9
    const candidate = 12 * 2 * 2 * 4 + 2 * (2 * 4 + 2 * 16) + 2 * 2 * 15 * 2
    assert.equal(Math.round(twoStreamGflop(size, shape) * 1e9), text + candidate)
  })

  describe('with tiny models', () => {
    let results: BenchResult[]
    const of = (metric: string, variant: string | RegExp): BenchResult[] =>
      results.filter(
        (result) =>
          result.metric === metric &&
          (typeof variant === 'string' ? result.variant === variant : variant.test(result.variant)),
      )

    before(async function () {
      this.timeout(120_000)
      results = await benchPacking({
        engineScript: engineScript(),
        twoStreamModels: ['test/fixtures/tiny-linker'],
        denseModels: ['test/fixtures/tiny-dense'],
        rounds: 1,
        logger,
      })
    })

    it('measures every packing, with finite figures', () => {
      const names = new Set(of('pairsPerSecond', /./).map(({ variant }) => variant))
      assert.deepEqual(
        [...names],
        [
          'two-stream-fp32-arithmetic',
          'two-stream-fp32-arithmetic, text kept',
          'pair-published',
          'pair-fp32',
          'dense-mention-fp32',
          'dense-sentence-fp32',
          'dense-passage-fp32-192',
          'dense-document-fp32-192',
        ],
      )
      assert.ok(results.every(({ value }) => Number.isFinite(value) && value > 0))
      for (const { variant, shape } of of('pairsPerSecond', /./))
        for (const metric of ['tokensPerPair', 'gflops', 'peakShare', 'peakMiB', 'timesPublished'])
          assert.equal(of(metric, variant).filter((result) => result.shape === shape).length, 1)
    })

    it('compares with the published way, and ours with the best dense packing', () => {
      for (const { value } of of('timesPublished', 'pair-published')) assert.equal(value, 1)
      for (const { shape, value } of of('timesBestDense', 'two-stream-fp32-arithmetic')) {
        const speed = (variant: string | RegExp) =>
          Math.max(
            ...of('pairsPerSecond', variant)
              .filter((result) => result.shape === shape)
              .map((result) => result.value),
          )
        const expected =
          speed('two-stream-fp32-arithmetic') / speed(/^(dense-(mention|passage|document)|pair-fp32)/)
        assert.ok(Math.abs(value - expected) < 1e-9)
      }
      assert.equal(of('timesBestDense', 'two-stream-fp32-arithmetic').length, SHAPES.length)
    })

    it('measures the peak of both precisions', () => {
      assert.equal(of('gflops', /^matmul-(fp32|int8)$/).length, 2)
    })
  })

  it('refuses two models that would share a row', async () => {
    const model = 'test/fixtures/tiny-linker'
    await assert.rejects(
      benchPacking({
        engineScript: engineScript(),
        twoStreamModels: [model, model],
        denseModels: [],
        rounds: 1,
        logger,
      }),
      { code: 'bench-variants', message: /two-stream-fp32-arithmetic/ },
    )
  }).timeout(60_000)
})
