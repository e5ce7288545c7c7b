import assert from 'node:assert/strict'
import type { LanguageModel, Logger } from '../../../src/core/index.ts'
import { bench, type BenchParts, type BenchResult } from '../../../src/evaluation/index.ts'
import { createEngine, createGenerative } from '../../../src/inference/index.ts'
import { createLinker } from '../../../src/linking/index.ts'
import { engineScript } from '../../support/engineScript.ts'
import { knowledgeBaseOf } from '../../support/knowledgeBase.ts'
import { byText, letterModel } from '../../support/letterModel.ts'
import { defaultPipeline } from '../../support/pipeline.ts'

const logger: Logger = { error() {}, warn() {}, info() {}, debug() {} }
const NAMES = [
  'asthma',
  'bronchial asthma',
  'asthma attack',
  'severe asthma',
  'diabetes',
  'diabetes insipidus',
]
const KB = knowledgeBaseOf(NAMES.map((name, i) => ({ id: `A:${i}`, names: [name], groups: ['DISO'] })))
const FILE = {
  file: 'a.md',
  text: 'People with asthma or diabetes.\n\nAsthma attack and severe asthma were seen, bronchial asthma was not.\n',
}

describe('bench order', () => {
  async function run(denseModels: readonly string[], model?: LanguageModel): Promise<readonly BenchResult[]> {
    const parts: BenchParts = {
      async openLinker() {
        const engine = await createEngine({
          modelDir: 'test/fixtures/tiny-linker',
          engineScript: engineScript(),
          processes: 1,
          threads: 1,
          logger,
        })
        const linker = createLinker({ knowledgeBase: KB, engine, logger }, defaultPipeline)
        return { linker, knowledgeBase: KB, engine, dispose: () => engine.dispose() }
      },
      manuscripts: [FILE],
      order: {
        engineScript: engineScript(),
        denseModels,
        ...(model ? { openLanguageModel: () => Promise.resolve(model) } : {}),
        logger,
      },
    }
    return (await bench(parts, ['order'])).results
  }

  const changedOf = (results: readonly BenchResult[], variant: string): number => {
    const found = results.find((one) => one.variant === variant && one.metric === 'answersChanged')
    assert.ok(found, `no variant ${variant}`)
    return found.value
  }

  it('finds that two-stream answers do not depend on the order, and that letters may', async () => {
    const letters = await run(
      [],
      letterModel(() => ({ kind: 'letter', letter: 'A' })),
    )
    assert.equal(changedOf(letters, 'two-stream'), 0)
    assert.ok(changedOf(letters, 'generative') > 50, String(changedOf(letters, 'generative')))
    const texts = await run([], letterModel(byText((option) => option.length)))
    assert.equal(changedOf(texts, 'generative'), 0)
    assert.equal(changedOf(texts, 'generative, mean of 5 orders'), 0)
    assert.match(texts[0]?.shape ?? '', /^[3-6] mentions × 4 shuffles$/)
  })

  it('measures models as they are run', async () => {
    const modelDir = 'test/fixtures/tiny-generative/qwen2'
    const model = await createGenerative({ modelDir, engineScript: engineScript(), threads: 1, logger })
    const results = await run(['test/fixtures/tiny-dense'], model)
    assert.equal(changedOf(results, 'dense-pair'), 0)
    for (const variant of ['dense-mention', 'dense-passage', 'generative']) {
      const changed = changedOf(results, variant)
      assert.ok(changed >= 0 && changed <= 100, `${variant} ${changed}`)
    }
    assert.ok(results.filter(({ metric }) => metric === 'mentionsPerSecond').every(({ value }) => value > 0))
  })
})
