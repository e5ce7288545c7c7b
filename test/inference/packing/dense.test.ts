import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Logger } from '../../../src/core/index.ts'
import type {
  DenseOptions,
  DenseRanker,
  DenseRankerOptions,
  DenseScores,
  PackingMode,
  PassageToRank,
} from '../../../src/inference/index.ts'
import { createDenseRanker } from '../../../src/inference/index.ts'
import { packPairs } from '../../../src/inference/packing/pack.ts'
import { openPackTokenizer } from '../../../src/inference/packing/packTokenizer.ts'
import { engineScript } from '../../support/engineScript.ts'

/** Made by `dense.make.py`. */
interface Oracle {
  readonly madeBy: { readonly transformers: string }
  readonly tolerance: number
  readonly window: number
  readonly passages: readonly PassageToRank[]
  readonly modes: readonly {
    readonly mode: PackingMode
    readonly context: 'sentence' | 'passage'
    readonly scores: readonly (readonly (readonly number[])[])[]
  }[]
  /** Of the first sequence of some modes. */
  readonly ids: Readonly<Partial<Record<PackingMode, readonly number[]>>>
}

const logger: Logger = { error() {}, warn() {}, info() {}, debug() {} }

for (const [model, modelType] of [
  ['tiny-dense', 'bert'],
  ['tiny-modern', 'modernbert'],
] as const) {
  const oracle = JSON.parse(readFileSync(`test/oracle/${model}.json`, 'utf8')) as Oracle
  const modelDir = `test/fixtures/${model}`

  describe(`dense packing, ${model} against transformers ${oracle.madeBy.transformers}`, () => {
    let ranker: DenseRanker
    const start = (options: Partial<DenseRankerOptions> = {}) =>
      createDenseRanker({ modelDir, engineScript: engineScript(), logger, ...options })

    before(async () => {
      ranker = await start()
    })
    after(() => ranker.dispose())

    function assertClose({ scores }: DenseScores, expected: Oracle['modes'][number]['scores']): void {
      const flat = (all: Iterable<Iterable<Iterable<number>>>) =>
        [...all].flatMap((mentions) => [...mentions].flatMap((candidates) => [...candidates]))
      const [a, b] = [flat(scores), flat(expected)]
      assert.equal(a.length, b.length)
      a.forEach((value, i) =>
        assert.ok(Math.abs(value - (b[i] ?? NaN)) <= oracle.tolerance, `${i}: ${value} ≠ ${b[i]}`),
      )
    }

    for (const { mode, context, scores } of oracle.modes) {
      it(`scores by ${mode}, reading the ${mode === 'document' ? mode : context}`, async () => {
        const options = { mode, context }
        assertClose(await ranker.rank(oracle.passages, options), scores)
        // As many as possible in one run, in reading order, and each alone: padding must change nothing.
        assertClose(await ranker.rank(oracle.passages, { ...options, batchSize: 64, sorted: false }), scores)
        assertClose(await ranker.rank(oracle.passages, { ...options, batchSize: 1 }), scores)
      })
    }

    it('packs the ids that the reference tokenizer gives for the string', async () => {
      const tokenizer = await openPackTokenizer(modelDir, modelType)
      for (const [mode, ids] of Object.entries(oracle.ids) as [PackingMode, number[]][]) {
        const { packs } = packPairs(oracle.passages, { mode, maxTokens: oracle.window }, tokenizer)
        assert.deepEqual(packs[0]?.ids, ids)
      }
    })

    it('scores every pair in a narrow window, and counts what it cut', async () => {
      const { scores, counts } = await ranker.rank(oracle.passages, { mode: 'passage', maxTokens: 64 })
      scores.forEach((mentions, p) =>
        mentions.forEach((own, m) => {
          assert.equal(own.length, oracle.passages[p]?.mentions[m]?.candidates.length)
          assert.ok(own.every(Number.isFinite))
        }),
      )
      assert.ok(counts.nPacks > oracle.passages.length)
      assert.ok(counts.nPaddedTokens >= counts.nTokens)
    })

    it('refuses a window that the model cannot read', async () => {
      await assert.rejects(ranker.rank(oracle.passages, { mode: 'pair', maxTokens: oracle.window + 1 }), {
        code: 'packing-window',
        message: new RegExp(`64 to ${oracle.window}`),
      })
      await assert.rejects(ranker.rank(oracle.passages, { mode: 'pair', maxTokens: 8 }), {
        code: 'packing-window',
      })
    })
  })
}

describe('a dense cross-encoder', () => {
  const passages = (JSON.parse(readFileSync('test/oracle/tiny-dense.json', 'utf8')) as Oracle).passages
  let scratch: string
  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'conceptlens-dense-'))
  })
  after(() => rm(scratch, { recursive: true }))

  const start = (modelDir: string) => createDenseRanker({ modelDir, engineScript: engineScript(), logger })

  /** A copy of a tiny model with another config. */
  async function variant(
    model: string,
    change: (config: Record<string, unknown>) => object,
  ): Promise<string> {
    const dir = await mkdtemp(join(scratch, 'm'))
    await cp(`test/fixtures/${model}`, dir, { recursive: true })
    const path = join(dir, 'config.json')
    const config = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
    await writeFile(path, JSON.stringify(change(config)))
    return dir
  }

  const rankOnce = async (modelDir: string, options: DenseOptions = { mode: 'pair' }) => {
    const ranker = await start(modelDir)
    try {
      return await ranker.rank(passages, options)
    } finally {
      await ranker.dispose()
    }
  }

  it('stops when it is cancelled, and lets go when it is disposed of', async () => {
    const ranker = await start('test/fixtures/tiny-dense')
    await assert.rejects(ranker.rank(passages, { mode: 'pair' }, { isCancellationRequested: true }), {
      name: 'CancelledError',
    })
    const token = { isCancellationRequested: false }
    const many = Array.from({ length: 2_000 }, () => passages).flat()
    const long = ranker.rank(many, { mode: 'pair', batchSize: 1 }, token)
    setTimeout(() => (token.isCancellationRequested = true), 30)
    await assert.rejects(long, { name: 'CancelledError' })
    const open = assert.rejects(ranker.rank(many, { mode: 'pair' }), { name: 'CancelledError' })
    await ranker.dispose()
    await open
  })

  it('needs a score head where the graph gives states', async () => {
    const modelDir = await variant('tiny-modern', (config) => ({ ...config, score_head: undefined }))
    await assert.rejects(start(modelDir), { code: 'model-unfit', message: /last_hidden_state.*score_head/ })
  })

  it('needs a score head of the size of the states', async () => {
    const modelDir = await variant('tiny-modern', (config) => ({
      ...config,
      score_head: { weight: [1], bias: 0 },
    }))
    await assert.rejects(start(modelDir), { code: 'model-manifest-invalid', message: /1 weights.*32/ })
  })

  it('applies the score head of its config', async () => {
    const head = { weight: Array.from({ length: 32 }, () => 0), bias: 3.5 }
    const modelDir = await variant('tiny-modern', (config) => ({ ...config, score_head: head }))
    const { scores } = await rankOnce(modelDir)
    assert.ok(scores.flat().every((own) => own.every((score) => score === 3.5)))
  })

  it('says what a folder lacks', async () => {
    await assert.rejects(start(scratch), { code: 'model-missing', message: /model.onnx/ })
    const modelDir = await variant('tiny-dense', (config) => ({ ...config, hidden_size: undefined }))
    await assert.rejects(start(modelDir), { code: 'model-manifest-invalid', message: /hidden_size/ })
  })

  it('says what a tokenizer lacks', async () => {
    const modelDir = await variant('tiny-modern', (config) => config)
    await writeFile(join(modelDir, 'tokenizer_config.json'), '{"mask_token": "<nowhere>"}')
    await assert.rejects(start(modelDir), { code: 'tokenizer-vocabulary', message: /<nowhere>/ })
  })

  it('refuses a two-stream graph', async () => {
    const modelDir = await variant('tiny-dense', (config) => config)
    await cp('test/fixtures/tiny-linker/encoder.onnx', join(modelDir, 'model.onnx'))
    await assert.rejects(start(modelDir), { code: 'model-unfit', message: /logits/ })
  })
})
