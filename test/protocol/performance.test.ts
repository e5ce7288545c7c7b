import assert from 'node:assert/strict'
import { performancePage } from '../../src/client/performancePage.ts'
import { performanceParts, performanceText, type PerformanceReport } from '../../src/protocol/index.ts'
import { TRIAL } from '../server/doubles.ts'

const running = { provider: 'cpu', processes: 1, threads: 2, backgroundThreads: 1 }
const full: PerformanceReport = { trial: TRIAL, running, wanted: 'auto', isMeasuring: false }

describe('the report of performance', () => {
  it('tells what is used, what was tried, and why', () => {
    assert.equal(
      performanceText(full),
      `In use now           Processor, 1 process with 2 threads for the passage being typed in, 1 thread in all for everything else
From the next start  Processor, 1 × 1
Provider             chosen by the trial (auto)
Measured             2026-01-30 09:00 UTC, in 4.2 s
Machine              A processor, 2 cores, linux-x64
Graphics             none that the system names
Library              ONNX Runtime 1.30.0
Model                fake 1, int8
Asked                3 passages with 76 pairs of mention and candidate; editing: one of them with 33

Runs on    Precision  Processes × threads  Editing, pairs/s  Manuscripts, pairs/s  Rank agreement  What was decided
Processor  int8       1 × 1                             300                   310        100.00 %  Chosen for editing and manuscripts.
WebGPU     int8       –                                   –                     –               –  No supported adapters.

WebGPU on Linux needs Vulkan.
`,
    )
  })

  it('says what is missing before the first trial, and why little is done', () => {
    const text = performanceText({
      wanted: 'webgpu',
      isMeasuring: false,
      running: { ...running, provider: 'webgpu' },
      lowPower: 'On battery.',
    })
    assert.match(text, /^In use now +WebGPU$/m)
    assert.match(text, /^Provider +WebGPU, by the setting$/m)
    assert.match(text, /^Low power +On battery\.$/m)
    assert.match(text, /^Trial +not made yet/m)
    assert.match(performanceText({ ...full, isMeasuring: true }), /^Trial +under way/m)
  })

  it('says nothing of the next start where it changes nothing', () => {
    const same = { ...full, running: { ...running, threads: 1 } }
    assert.doesNotMatch(performanceText(same), /next start/)
    assert.doesNotMatch(performanceText({ ...full, wanted: 'cpu' }), /next start/)
  })

  it('tells of a busy machine, and of speeds below ten with their decimals', () => {
    const [first] = TRIAL.tried
    const slow = { ...first!, pairsPerSecond: { editing: 0.25 } }
    const { facts, rows } = performanceParts({ ...full, trial: { ...TRIAL, load: 16, tried: [slow] } })
    assert.match(facts.find(([label]) => label === 'Measured')?.[1] ?? '', /busy \(load 16\.0\)/)
    assert.deepEqual(rows[0]?.slice(3, 5), ['0.25', '–'])
  })

  it('is a page without scripts whose buttons are links, and whose text is text', () => {
    const trial = { ...TRIAL, hints: ['<b>&"'] }
    const page = performancePage({ ...full, trial })
    assert.ok(page.includes("default-src 'none'"))
    assert.ok(!page.includes('<script'))
    assert.ok(page.includes('&lt;b&gt;&amp;&quot;'))
    assert.match(page, /href="command:conceptLens\.measurePerformance"[^>]*>Run the trial again/)
    assert.equal(page.match(/<tr class="chosen">/g)?.length, 1)
    assert.equal(page.match(/<th scope="row">/g)?.length, 2)
  })
})
