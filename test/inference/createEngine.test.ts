import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Logger } from '../../src/core/index.ts'
import { createEngine, knownPerformance, measurePerformance } from '../../src/inference/index.ts'
import type { Engine, EngineOptions, MentionToScore } from '../../src/inference/index.ts'
import {
  acceleratedEngineScript,
  DEADLY,
  DEADLY_ONCE,
  engineScript,
  mortalEngineScript,
  type Fault,
} from '../support/engineScript.ts'

interface Oracle {
  readonly text: string
  readonly tolerance: number
  readonly offsets: readonly (readonly [number, number])[]
  readonly wordStarts: readonly boolean[]
  readonly tokenLogits: readonly (readonly number[])[]
  readonly mentions: readonly (MentionToScore & {
    readonly scores: readonly number[]
    readonly none: number
  })[]
}

const TINY = 'test/fixtures/tiny-linker'
const FILES = ['manifest.json', 'encoder.onnx', 'vocab.txt', 'features.json']

describe('engine', () => {
  let oracle: Oracle
  let scratch: string
  let engine: Engine
  const warnings: string[] = []
  const logger: Logger = { error() {}, warn: (message) => warnings.push(message), info() {}, debug() {} }

  const start = (options: Partial<EngineOptions> = {}) =>
    createEngine({ modelDir: TINY, engineScript: engineScript(), logger, ...options })

  /** A copy of the tiny model with another manifest. */
  async function variant(name: string, change: (manifest: string) => string): Promise<string> {
    const dir = await mkdtemp(join(scratch, name))
    for (const file of FILES) await copyFile(join(TINY, file), join(dir, file))
    await writeFile(join(dir, 'manifest.json'), change(await readFile(join(TINY, 'manifest.json'), 'utf8')))
    return dir
  }

  before(async () => {
    oracle = JSON.parse(await readFile('test/oracle/two-stream.json', 'utf8')) as Oracle
    scratch = await mkdtemp(join(tmpdir(), 'conceptlens-engine-'))
    engine = await start()
  })
  after(async () => {
    await engine.dispose()
    await rm(scratch, { recursive: true })
  })
  beforeEach(() => {
    warnings.length = 0
  })

  function assertClose(
    actual: Iterable<number>,
    expected: Iterable<number>,
    tolerance = oracle.tolerance,
  ): void {
    const [a, b] = [[...actual], [...expected]]
    assert.equal(a.length, b.length)
    a.forEach((value, i) =>
      assert.ok(Math.abs(value - (b[i] ?? NaN)) <= tolerance, `${i}: ${value} ≠ ${b[i]}`),
    )
  }

  describe('against PyTorch', () => {
    it('reads a text', async () => {
      const { tokens, wordStarts, heads } = await engine.analyse(oracle.text)
      assert.deepEqual(
        tokens.map(({ start, end }) => [start, end]),
        oracle.offsets,
      )
      assert.deepEqual(wordStarts, oracle.wordStarts)
      let offset = 0
      for (const { labels, logits } of heads) {
        // Row 0 of the oracle is [CLS], its last row [SEP].
        const rows = oracle.tokenLogits.slice(1, -1).map((row) => row.slice(offset, offset + labels.length))
        assertClose(logits, rows.flat())
        offset += labels.length
      }
    })

    it('scores candidates', async () => {
      const results = await engine.score(oracle.text, oracle.mentions)
      oracle.mentions.forEach((mention, i) => {
        assertClose(results[i]?.scores ?? [], mention.scores)
        assertClose([results[i]?.none ?? NaN], [mention.none])
      })
    })
  })

  describe('a score', () => {
    const all = () => oracle.mentions.flatMap(({ scores }) => scores)
    const flat = async (mentions: readonly MentionToScore[], of = engine) =>
      (await of.score(oracle.text, mentions)).flatMap(({ scores }) => [...scores])

    it('is the same alone', async () => {
      const alone = await Promise.all(
        oracle.mentions.flatMap((mention) =>
          mention.candidates.map((candidate) => flat([{ ...mention, candidates: [candidate] }])),
        ),
      )
      assertClose(alone.flat(), all())
    })

    it('is the same in another order', async () => {
      const reversed = oracle.mentions
        .toReversed()
        .map((m) => ({ ...m, candidates: m.candidates.toReversed() }))
      assertClose((await flat(reversed)).toReversed(), all())
    })

    it('is the same among many others, longer and shorter', async () => {
      const crowded = oracle.mentions.map((mention) => ({
        ...mention,
        candidates: Array.from({ length: 5 }, () => mention.candidates).flat(),
      }))
      const scores = await flat(crowded)
      assertClose(
        scores,
        oracle.mentions.flatMap(({ scores }) => Array.from({ length: 5 }, () => scores).flat()),
      )
    })

    it('is the same when the text has been forgotten', async () => {
      const forgetful = await start({ cacheBytes: 1 })
      await forgetful.analyse(oracle.text)
      assertClose(await flat(oracle.mentions, forgetful), all())
      await forgetful.dispose()
    })

    it('is the same in two processes of two threads', async () => {
      const wide = await start({ processes: 2, threads: 2 })
      const texts = ['one text', 'another text', 'a third', oracle.text]
      await Promise.all(texts.map((text) => wide.analyse(text)))
      assertClose(await flat(oracle.mentions, wide), all())
      await wide.dispose()
    })

    it('is minus infinity for a span without any word piece', async () => {
      const [mention] = oracle.mentions
      assert.ok(mention)
      const [result] = await engine.score('a   b', [{ ...mention, span: { start: 2, end: 3 } }])
      assert.ok(result?.scores.every((score) => score === -Infinity))
      assert.equal(result?.none, 0)
    })

    it('needs all features', async () => {
      const [mention] = oracle.mentions
      assert.ok(mention)
      const candidates = [{ name: 'x', preferred: 'x', features: [1] }]
      await assert.rejects(engine.score(oracle.text, [{ ...mention, candidates }]), {
        code: 'engine-features',
      })
    })
  })

  it('reads an empty text', async () => {
    const { tokens, heads } = await engine.analyse('')
    assert.equal(tokens.length, 0)
    assert.equal(heads[0]?.logits.length, 0)
    assert.deepEqual(await engine.score('', []), [])
  })

  it('reads a text longer than its window in windows, and drops nothing', async () => {
    const modelDir = await variant('window', (text) => text.replace('"maxTokens": 512', '"maxTokens": 16'))
    const narrow = await start({ modelDir })
    const [whole, windowed] = [await engine.analyse(oracle.text), await narrow.analyse(oracle.text)]
    assert.ok(whole.tokens.length > 30)
    assert.deepEqual(windowed.tokens, whole.tokens)
    assert.equal(windowed.heads[0]?.logits.length, whole.heads[0]?.logits.length)
    assert.ok(windowed.heads[0]?.logits.every((logit, i, row) => logit !== 0 || row[i - 1] !== 0))
    for (const { scores, none } of await narrow.score(oracle.text, oracle.mentions))
      assert.ok([...scores, none].every(Number.isFinite))
    await narrow.dispose()
  })

  describe('a cancelled call', () => {
    it('is not even sent when it was cancelled before', async () => {
      const token = { isCancellationRequested: true }
      await assert.rejects(engine.analyse('never read', token), { name: 'CancelledError' })
    })

    it('stops between chunks, and the next one is answered', async () => {
      const token = { isCancellationRequested: false }
      const [mention] = oracle.mentions
      assert.ok(mention)
      const candidates = Array.from({ length: 20_000 }, () => mention.candidates).flat()
      const long = engine.score(oracle.text, [{ ...mention, candidates }], token)
      const next = engine.analyse(oracle.text)
      setTimeout(() => (token.isCancellationRequested = true), 30)
      await assert.rejects(long, { name: 'CancelledError' })
      assert.equal((await next).tokens.length, oracle.offsets.length)
    })
  })

  describe('the death of the process', () => {
    let mortal: Engine
    beforeEach(async () => {
      mortal = await start({
        engineScript: mortalEngineScript(join(await mkdtemp(join(scratch, 'm')), 'died')),
      })
    })
    afterEach(() => mortal.dispose())

    it('is made good once, with one message', async () => {
      const [analysis, results] = await Promise.all([
        mortal.analyse(DEADLY_ONCE),
        mortal.score(oracle.text, oracle.mentions),
      ])
      assert.ok(analysis.tokens.length > 0)
      assertClose(results[0]?.scores ?? [], oracle.mentions[0]?.scores ?? [])
      assert.equal(warnings.length, 1)
      assert.match(warnings[0] ?? '', /SIGKILL.*started again/)
    })

    it('is an error for the call that kills twice, and only for that', async () => {
      await assert.rejects(mortal.analyse(DEADLY), { code: 'engine-died', message: /twice/ })
      assert.equal((await mortal.analyse(oracle.text)).tokens.length, oracle.offsets.length)
    })

    it('is not repeated for ever', async () => {
      const calls = [mortal.analyse(DEADLY), mortal.analyse(DEADLY), mortal.analyse(oracle.text)]
      const outcomes = await Promise.allSettled(calls)
      assert.ok(outcomes.every(({ status }) => status === 'rejected'))
      await assert.rejects(mortal.analyse(oracle.text), { code: 'engine-died', message: /3 in a row/ })
    })
  })

  describe('an accelerator', () => {
    const opened: Engine[] = []
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((one) => one.dispose()))
    })

    const startOn = async (fault: Fault, hangMs = 60_000): Promise<Engine> => {
      const engineScript = acceleratedEngineScript(fault)
      const one = await start({ engineScript, provider: 'webgpu', hangMs })
      opened.push(one)
      return one
    }
    const assertScores = async (one: Engine): Promise<void> => {
      const results = await one.score(oracle.text, oracle.mentions)
      oracle.mentions.forEach((mention, i) => assertClose(results[i]?.scores ?? [], mention.scores))
    }

    it('is used where it works, and not for tensors without any number', async () => {
      const one = await startOn({ kind: 'none' })
      await assertScores(one)
      assert.equal(one.running().provider, 'webgpu')
      assert.deepEqual(warnings, [])
    })

    it('gives way to the processor when it fails in mid-run, and no score is lost', async () => {
      const one = await startOn({ kind: 'throws', atRun: 2 })
      await assertScores(one)
      await assertScores(one)
      assert.equal(one.running().provider, 'cpu')
      assert.equal(warnings.length, 1)
      assert.match(warnings[0] ?? '', /"webgpu" failed \(the device was lost\).*goes on with the processor/)
    })

    it('gives way when it kills the process in mid-run, and no score is lost', async () => {
      const one = await startOn({ kind: 'dies', atRun: 2 })
      await assertScores(one)
      await assertScores(one)
      assert.equal(one.running().provider, 'cpu')
      assert.equal(warnings.length, 1)
      assert.match(
        warnings[0] ?? '',
        /ended on the provider "webgpu" \(SIGKILL\).*goes on with the processor/,
      )
    })

    it('gives way when it hangs in mid-run, and no score is lost', async function () {
      this.timeout(20_000)
      const one = await startOn({ kind: 'hangs', atRun: 2 }, 5000)
      await assertScores(one)
      await assertScores(one)
      assert.equal(one.running().provider, 'cpu')
      assert.match(warnings[0] ?? '', /ended on the provider "webgpu" \(SIGKILL\)/)
    })

    it('gives way when it kills the process that opens it', async () => {
      const one = await startOn({ kind: 'dies-opening' })
      await assertScores(one)
      assert.equal(one.info.provider, 'cpu')
      assert.match(warnings[0] ?? '', /ended on the provider "webgpu"/)
    })

    it('is refused where the library has none, instead of running elsewhere without a word', async () => {
      const one = await start({ provider: 'coreml' })
      opened.push(one)
      assert.equal(one.info.provider, 'cpu')
      assert.match(warnings[0] ?? '', /"coreml" cannot be used here \(ONNX Runtime has cpu/)
    })
  })

  describe('a trial in processes', () => {
    const trialOn = async (fault: Fault) => {
      const cacheFolder = await mkdtemp(join(scratch, 'trials'))
      const where = { modelDir: TINY, engineScript: acceleratedEngineScript(fault), cacheFolder }
      assert.equal(await knownPerformance(where), undefined)
      const trial = await measurePerformance({
        ...where,
        logger,
        patienceMs: 5000,
        measuredMs: 1,
        isIdle: true,
      })
      assert.deepEqual(await knownPerformance(where), trial)
      const tried = trial.tried.find(({ way }) => way.provider === 'webgpu')
      return { trial, tried, cacheFolder, where }
    }

    it('is remembered, and the next engine runs as it says', async function () {
      this.timeout(60_000) // At the lowest priority, on a machine that may be busy.
      const { trial, tried, cacheFolder, where } = await trialOn({ kind: 'none' })
      assert.equal(tried?.agreement, 100)
      const one = await start({ ...where, trialFolder: cacheFolder })
      const { provider, threads } = one.running()
      await one.dispose()
      const { editing } = trial.chosen
      assert.deepEqual({ provider, threads }, { provider: editing.provider, threads: editing.threads })
    })

    it('does not choose a provider with other ranks', async function () {
      this.timeout(60_000) // At the lowest priority, on a machine that may be busy.
      const { trial, tried } = await trialOn({ kind: 'scores' })
      assert.ok((tried?.agreement ?? 100) < 99.5)
      assert.match(tried?.reason ?? '', /ranks otherwise/)
      assert.equal(trial.chosen.editing.provider, 'cpu')
    })

    it('outlives a provider that dies', async function () {
      this.timeout(60_000) // At the lowest priority, on a machine that may be busy.
      const { trial, tried } = await trialOn({ kind: 'dies' })
      assert.equal(tried?.outcome, 'failed')
      assert.equal(trial.chosen.editing.provider, 'cpu')
    })
  })

  it('goes on with the other processes when one dies too often', async function () {
    this.timeout(20_000) // Processes die and start again.
    const marker = join(await mkdtemp(join(scratch, 'm')), 'died')
    const pair = await start({ engineScript: mortalEngineScript(marker), processes: 2 })
    await Promise.allSettled([pair.analyse(DEADLY), pair.analyse(DEADLY)])
    for (const text of ['a', 'b', oracle.text]) await pair.analyse(text)
    await pair.dispose()
  })

  it('lets go of open calls when it is disposed of', async () => {
    const brief = await start()
    const open = assert.rejects(brief.analyse('some text'), { name: 'CancelledError' })
    await brief.dispose()
    await open
    await brief.dispose()
    await assert.rejects(brief.analyse('some text'), { name: 'CancelledError' })
    assert.deepEqual(warnings, [])
  })

  it('ends its process when the parent has gone', async () => {
    const child = fork(engineScript(), [], { execArgv: [], serialization: 'advanced' })
    child.disconnect()
    assert.deepEqual(await once(child, 'exit'), [0, null])
  })

  describe('a model that cannot be run is refused', () => {
    const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex')

    /** A variant with another content of one file, and its manifest honest about it. */
    async function withFile(file: string, content: string): Promise<string> {
      const dir = await variant('file', (text) =>
        text.replace(new RegExp(`("${file}": ")[0-9a-f]+`), `$1${sha256(content)}`),
      )
      await writeFile(join(dir, file), content)
      return dir
    }

    it('when a file is damaged', async () => {
      const modelDir = await variant('damaged', (text) => text)
      await writeFile(join(modelDir, 'encoder.onnx'), 'damaged')
      await assert.rejects(start({ modelDir }), { code: 'model-damaged' })
    })

    it('when the graph is none', async () => {
      await assert.rejects(start({ modelDir: await withFile('encoder.onnx', 'no graph') }), {
        code: 'model-unfit',
      })
    })

    it('when vocabulary and manifest disagree', async () => {
      const content = '[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n'
      await assert.rejects(start({ modelDir: await withFile('vocab.txt', content) }), {
        code: 'model-unfit',
        message: /5 pieces/,
      })
    })

    it('when graph and manifest disagree', async () => {
      const modelDir = await variant('layers', (text) => text.replace('"layers": 2', '"layers": 3'))
      await assert.rejects(start({ modelDir }), { code: 'model-unfit', message: /key_2/ })
    })

    it('when the tag columns of graph and manifest disagree', async () => {
      const modelDir = await variant('columns', (text) =>
        text.replace('"noneOffset": 38', '"noneOffset": 39'),
      )
      await assert.rejects(start({ modelDir }), {
        code: 'model-unfit',
        message: /117 numbers as token_logits/,
      })
    })

    it('when the inference library is not there for this platform', async () => {
      const elsewhere = join(scratch, 'engine.cjs')
      await copyFile(engineScript(), elsewhere)
      await assert.rejects(start({ engineScript: elsewhere }), {
        code: 'inference-library-missing',
        message: /onnxruntime-node.*package for/,
      })
    })

    it('when the script of the process is not there', async () => {
      await assert.rejects(start({ engineScript: join(scratch, 'none.cjs') }), {
        code: 'engine-died',
        message: /Cannot find module/,
      })
    })
  })
})
