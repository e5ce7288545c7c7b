import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Engine } from '../../../src/inference/index.ts'
import { readManifest, type ModelManifest } from '../../../src/inference/modelManifest.ts'
import { thisMachine, windowsAdapters } from '../../../src/inference/trial/machine.ts'
import { recallTrial, rememberTrial } from '../../../src/inference/trial/memory.ts'
import { runTrial, type OpenWay, type TrialParts } from '../../../src/inference/trial/runTrial.ts'
import type { Machine, Way } from '../../../src/inference/trial/trial.ts'
import { hintsFor, waysToTry } from '../../../src/inference/trial/ways.ts'
import { countPairs, trialPassages } from '../../../src/inference/trial/workload.ts'
import { fakeEngine } from '../../support/engine.ts'

const MACHINE: Machine = {
  processor: 'A processor',
  nCores: 2,
  platform: 'linux-x64',
  graphics: [],
  runtime: 'ONNX Runtime 1.30.0 with CUDA',
}

const wordOf = ({ provider, processes, threads }: Way) => `${provider} ${processes}×${threads}`

describe('a trial', () => {
  let manifest: ModelManifest
  let clockMs = 0
  const ended: string[] = []

  before(async () => {
    manifest = await readManifest('test/fixtures/tiny-linker')
  })
  beforeEach(() => {
    ended.length = 0
  })

  /** Ways that take so many milliseconds for every call; what is not named takes 100. */
  const partsWith = (
    costs: Readonly<Record<string, number>>,
    opens: (way: Way) => Partial<OpenWay> = () => ({}),
  ): TrialParts => ({
    manifest,
    machine: MACHINE,
    nowMs: () => clockMs,
    now: () => '2026-01-31T12:00:00.000Z',
    load: () => 0.5,
    open(way) {
      const engine: Engine = {
        ...fakeEngine(),
        running: () => ({ provider: way.provider, processes: 1, threads: 1, backgroundThreads: 1 }),
        score(_text, mentions) {
          clockMs += costs[wordOf(way)] ?? 100
          const scores = mentions.map(({ candidates }) => ({
            scores: Float32Array.from(candidates, (_, i) => -i),
            none: 0.5,
          }))
          return Promise.resolve(scores)
        },
      }
      const dispose = () => Promise.resolve(void ended.push(wordOf(way)))
      return { ready: Promise.resolve(engine), notice: () => undefined, dispose, ...opens(way) }
    },
  })

  const outcomes = async (parts: TrialParts) =>
    (await runTrial(parts)).tried.map(({ way, outcome, reason }) => [wordOf(way), outcome, reason] as const)

  it('asks real text: passages of the sample, with their candidates', () => {
    const passages = trialPassages(manifest.features)
    assert.ok(passages.length >= 3 && countPairs(passages) >= 60)
    for (const { text, mentions } of passages)
      for (const { span, candidates } of mentions) {
        assert.ok(span.end <= text.length)
        for (const { features } of candidates) assert.equal(features.length, manifest.features.length)
      }
  })

  it('tries every way of the machine, the simplest first, and ends all processes', async () => {
    const trial = await runTrial(partsWith({ 'cpu 1×2': 50, 'cpu 2×1': 40 }))
    const ways = ['cpu 1×1', 'cpu 1×2', 'cpu 2×1', 'webgpu 1×1', 'cuda 1×1']
    assert.deepEqual(ended, ways)
    assert.deepEqual(trial.tried.map(({ way }) => wordOf(way)).slice(0, 5), ways)
    assert.equal(wordOf(trial.chosen.editing), 'cpu 1×2')
    assert.equal(wordOf(trial.chosen.manuscripts), 'cpu 2×1')
    assert.equal(trial.measuredAt, '2026-01-31T12:00:00.000Z')
  })

  it('takes an accelerator that is quicker and ranks alike', async () => {
    const { chosen } = await runTrial(partsWith({ 'cuda 1×1': 5 }))
    assert.equal(wordOf(chosen.editing), 'cuda 1×1')
  })

  it('goes on when a provider cannot be opened, fails, or gives no answer', async () => {
    const opens = ({ provider }: Way): Partial<OpenWay> => {
      if (provider === 'webgpu') return { ready: Promise.reject(new Error('No adapter.\nat …')) }
      return provider === 'cuda' ? { ready: new Promise(() => undefined) } : {}
    }
    const found = await outcomes({ ...partsWith({}, opens), patienceMs: 30 })
    assert.deepEqual(found[3], ['webgpu 1×1', 'failed', 'No adapter.'])
    assert.deepEqual(found[4]?.slice(0, 2), ['cuda 1×1', 'failed'])
    assert.match(found[4]?.[2] ?? '', /did not answer within/)
    assert.ok(ended.includes('cuda 1×1'))
  })

  it('does not take the processor’s speed for that of a provider that fell back', async () => {
    let asked = 0
    const opens = ({ provider }: Way): Partial<OpenWay> =>
      provider === 'cuda' ? { notice: () => (asked++ > 0 ? 'The device was lost.' : undefined) } : {}
    const found = await outcomes(partsWith({ 'cuda 1×1': 1 }, opens))
    assert.deepEqual(found[4], ['cuda 1×1', 'failed', 'The device was lost.'])
  })

  it('stops when it is cancelled, and leaves no process behind', async () => {
    const token = { isCancellationRequested: false }
    const onWay = (_way: Way, index: number) => {
      if (index === 2) token.isCancellationRequested = true
    }
    await assert.rejects(runTrial({ ...partsWith({}), token, onWay }), { name: 'CancelledError' })
    assert.deepEqual(ended, ['cpu 1×1', 'cpu 1×2', 'cpu 2×1'])
  })

  it('fails when nothing runs, with all reasons', async () => {
    const opens = () => ({ ready: Promise.reject(new Error('No memory.')) })
    await assert.rejects(runTrial(partsWith({}, opens)), { code: 'trial-failed', message: /No memory/ })
  })

  it('fills machines of any size, and never more than there is', () => {
    const onProcessor = (nCores: number) =>
      waysToTry({ ...MACHINE, nCores }, manifest)
        .filter(({ provider }) => provider === 'cpu')
        .map(wordOf)
    assert.deepEqual(onProcessor(1), ['cpu 1×1'])
    assert.deepEqual(onProcessor(2), ['cpu 1×1', 'cpu 1×2', 'cpu 2×1'])
    assert.deepEqual(onProcessor(8).at(-1), 'cpu 4×2')
    for (const nCores of [1, 2, 3, 4, 6, 8, 64])
      for (const { processes, threads } of waysToTry({ ...MACHINE, nCores }, manifest))
        assert.ok(processes * threads <= nCores && processes <= 4)
  })

  it('tries fp16 on accelerators where the model brings it, and says what is missing where it does not', () => {
    const int8: ModelManifest = { ...manifest, precision: 'int8' }
    const both = { ...int8, sha256: { ...int8.sha256, 'encoder.fp16.onnx': 'x' } }
    const graphs = waysToTry(MACHINE, both).map(({ provider, precision }) => `${provider} ${precision}`)
    assert.deepEqual(graphs.slice(3), ['webgpu fp16', 'webgpu int8', 'cuda fp16', 'cuda int8'])
    assert.match(hintsFor(int8, MACHINE, []).join(' '), /encoder\.fp16\.onnx/)
    assert.deepEqual(hintsFor(both, MACHINE, []), [])
  })

  describe('is remembered', () => {
    let folder: string
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'conceptlens-trial-'))
    })
    after(() => rm(folder, { recursive: true }))

    it('for this machine and model, and for no other', async () => {
      const trial = await runTrial(partsWith({}))
      const { fingerprint } = trial.model
      assert.equal(await recallTrial(folder, MACHINE, fingerprint), undefined)
      await rememberTrial(folder, trial)
      assert.deepEqual(await recallTrial(folder, MACHINE, fingerprint), trial)
      assert.equal(await recallTrial(folder, MACHINE, 'another'), undefined)
      for (const change of [
        { processor: 'Another' },
        { graphics: ['A card'] },
        { runtime: 'ONNX Runtime 2' },
      ])
        assert.equal(await recallTrial(folder, { ...MACHINE, ...change }, fingerprint), undefined)
    })

    it('and made again when what was written cannot be read', async () => {
      const [file] = await readdir(folder)
      await writeFile(join(folder, file ?? ''), '{"format":0}')
      const { fingerprint } = (await runTrial(partsWith({}))).model
      assert.equal(await recallTrial(folder, MACHINE, fingerprint), undefined)
    })
  })
})

describe('this machine', () => {
  it('is named with the library that the engine will find', async () => {
    const { nCores, runtime, platform } = await thisMachine('test/support/engineScript.ts')
    assert.ok(nCores >= 1)
    assert.equal(platform, `${process.platform}-${process.arch}`)
    assert.match(runtime, /^ONNX Runtime 1\./)
    assert.equal((await thisMachine(join(tmpdir(), 'engine.cjs'))).runtime, 'ONNX Runtime is missing')
  })

  it('has the adapters that Windows’ registry lists', () => {
    const printed = String.raw`
HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Class\{4d36e968-e325-11ce-bfc1-08002be10318}\0000
    DriverDesc    REG_SZ    NVIDIA GeForce RTX 3060

HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Class\{4d36e968-e325-11ce-bfc1-08002be10318}\0001
    DriverDesc    REG_SZ    Intel(R) UHD Graphics 770

End of search: 2 match(es) found.
`
    assert.deepEqual(windowsAdapters(printed), ['Intel(R) UHD Graphics 770', 'NVIDIA GeForce RTX 3060'])
  })
})
