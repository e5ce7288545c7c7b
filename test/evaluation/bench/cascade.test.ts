import assert from 'node:assert/strict'
import type { Logger } from '../../../src/core/index.ts'
import { bench, type BenchParts, type BenchResult } from '../../../src/evaluation/index.ts'
import { createEngine } from '../../../src/inference/index.ts'
import { createLinker } from '../../../src/linking/index.ts'
import { engineScript } from '../../support/engineScript.ts'
import { knowledgeBaseOf } from '../../support/knowledgeBase.ts'
import { defaultPipeline } from '../../support/pipeline.ts'

const logger: Logger = { error() {}, warn() {}, info() {}, debug() {} }
const MODEL = 'test/fixtures/tiny-linker'
const NAMES = ['asthma', 'bronchial asthma', 'asthma attack', 'severe asthma', 'diabetes']
const KB = knowledgeBaseOf(NAMES.map((name, i) => ({ id: `A:${i}`, names: [name], groups: ['DISO'] })))
const FILE = {
  file: 'a.md',
  text: 'People with asthma or diabetes.\n\nAsthma attack and severe asthma were seen, asthma too.\n\nNothing here.\n',
}

describe('bench cascade', () => {
  async function run(denseModel?: string): Promise<readonly BenchResult[]> {
    const parts: BenchParts = {
      async openLinker() {
        const alone = { engineScript: engineScript(), processes: 1, threads: 1, logger }
        const engine = await createEngine({ modelDir: MODEL, ...alone })
        const linker = createLinker({ knowledgeBase: KB, engine, logger }, defaultPipeline)
        return { linker, knowledgeBase: KB, engine, dispose: () => engine.dispose() }
      },
      manuscripts: [FILE],
      cascade: { engineScript: engineScript(), modelDir: MODEL, denseModel, logger },
    }
    return (await bench(parts, ['cascade'])).results
  }
  const of = (results: readonly BenchResult[], metric: string): readonly number[] =>
    results.filter((one) => one.metric === metric).map(({ value }) => value)

  it('counts what there is to rank and what is read of it, and measures both', async () => {
    const results = await run()
    const [pairs = 0] = of(results, 'pairs')
    const [pairsRead = Infinity] = of(results, 'pairsRead')
    assert.match(results[0]?.shape ?? '', /^[1-3] passages, [2-9] mentions$/)
    assert.ok(pairsRead > 0 && pairsRead <= pairs, `${pairsRead} of ${pairs}`)
    assert.equal(of(results, 'pairsPerSecond').length, 2)
    assert.deepEqual(of(results, 'timesPublished'), [])
  })

  it('compares with the published way', async () => {
    const results = await run('test/fixtures/tiny-dense')
    const speeds = of(results, 'pairsPerSecond')
    const times = of(results, 'timesPublished')
    assert.equal(speeds.length, 3)
    assert.deepEqual(
      times,
      speeds.map((speed) => speed / (speeds[0] ?? 1)),
    )
    assert.equal(times[0], 1)
  })
})
