import assert from 'node:assert/strict'
import { bench, BENCH_NAMES, benchText, type BenchParts } from '../../src/evaluation/index.ts'
import type { Gliner, GlinerArchitecture } from '../../src/inference/index.ts'
import { createLinker } from '../../src/linking/index.ts'
import { fakeEngine } from '../support/engine.ts'
import { knowledgeBaseOf } from '../support/knowledgeBase.ts'
import { defaultPipeline } from '../support/pipeline.ts'

const silent = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
}
const KB = knowledgeBaseOf([
  { id: 'A:1', names: ['asthma', 'bronchial asthma'], groups: ['DISO'] },
  { id: 'A:2', names: ['diabetes'], groups: ['DISO'] },
])
const FILE = {
  file: 'a.md',
  text: '# Asthma\n\nPeople with asthma and diabetes take part in studies of asthma.\n',
}

/** Finds nothing. */
const idleGliner = (architecture: GlinerArchitecture): Gliner => ({
  info: { architecture, name: 'idle', fingerprint: 'idle', provider: 'cpu' },
  spans: () => new Promise((resolve) => setTimeout(() => resolve([]), 1)),
  dispose: () => Promise.resolve(),
})

describe('bench', () => {
  const engine = fakeEngine()
  let nOpen = 0
  const parts: BenchParts = {
    openLinker() {
      nOpen++
      const linker = createLinker({ knowledgeBase: KB, engine, logger: silent }, defaultPipeline)
      return Promise.resolve({
        ...{ linker, knowledgeBase: KB, engine },
        dispose: () => Promise.resolve(void nOpen--),
      })
    },
    manuscripts: [FILE],
    edited: FILE,
    stressed: { ...FILE, nWords: 100 },
    knowledgeBase: { open: () => KB, queries: ['asthma', 'asthmatic', 'x'], diskBytes: 2 ** 20 },
    namedTypes: {
      openBi: () => Promise.resolve(idleGliner('bi-span')),
      openUni: () => Promise.resolve(idleGliner('uni-span')),
      labels: Array.from({ length: 130 }, (_, i) => `type ${i}`),
    },
  }

  /** At 10 and at 64. */
  async function recallAmong(concepts: Parameters<typeof knowledgeBaseOf>[0], queries: readonly string[]) {
    const knowledgeBase = { open: () => knowledgeBaseOf(concepts), queries }
    const { results } = await bench({ ...parts, knowledgeBase }, ['kb'])
    return results.filter(({ metric }) => metric.startsWith('recall')).map(({ value }) => value)
  }

  it('runs what it has the parts for, and ends what it opened', async () => {
    const report = await bench(parts)
    const names = new Set(report.results.map((result) => result.bench))
    assert.deepEqual(
      [...names],
      BENCH_NAMES.filter((name) => !['startup', 'packing', 'cascade', 'order'].includes(name)),
    )
    assert.equal(nOpen, 0)
    assert.ok(report.results.every(({ value }) => Number.isFinite(value) && value >= 0))
    assert.equal(report.results.find(({ metric }) => metric === 'recallAt10VsBruteForce')?.value, 1)
    assert.match(benchText(report), /manuscript +wordsPerSecondCold .* words/)
    const shapes = report.results.filter((result) => result.metric === 'ratio').map(({ shape }) => shape)
    assert.deepEqual(shapes, ['1 types', '16 types', '128 types'])
  })

  it('cancels what is out of proportion, and gets it done', async () => {
    const { results } = await bench(parts, ['stress'])
    const shapes = new Set(results.map(({ shape }) => shape))
    assert.deepEqual([...shapes].at(-1), '100 words')
    assert.equal(shapes.size, 4)
    for (const metric of ['cancelMs', 'wholeMs', 'peakMiB'])
      assert.equal(results.filter((result) => result.metric === metric).length, 4)
  })

  it('compares with all names, also those whose hashes are equal', async () => {
    const names = ['terpineol', 'poly acrylic acid macromolecule', 'terpinene', 'acrylic acid']
    const concepts = names.map((name, i) => ({ id: `B:${i}`, names: [name] }))
    assert.deepEqual(await recallAmong(concepts, ['terpineol', 'acid terpinene']), [1, 1])
  })

  it('compares with all names, also when hundreds of concepts share one', async () => {
    const shared = Array.from({ length: 600 }, (_, i) => ({ id: `A:${i}`, names: ['lung disease'] }))
    const concepts = [...shared, { id: 'B:1', names: ['lung diseases', 'lungs'] }]
    assert.deepEqual(await recallAmong(concepts, ['lung disease']), [1, 1])
  })

  it('compares as many queries as it is told, and says how far it is', async () => {
    const said: string[] = []
    const found = (text: string, limit: number) => (text === 'diabetic' ? [] : KB.similar(text, limit))
    const knowledgeBase = {
      open: () => ({ ...KB, similar: found }),
      queries: ['asthma', 'diabetic'],
    }
    const recall = async (nChecked: number) => {
      const all = {
        ...parts,
        knowledgeBase: { ...knowledgeBase, nChecked },
        progress: (words: string) => said.push(words),
      }
      const { results } = await bench(all, ['kb'])
      return results.find(({ metric }) => metric === 'recallAt64VsBruteForce')?.value
    }
    assert.equal(await recall(1), 1)
    assert.ok((await recall(2))! < 1)
    assert.ok(said.includes('brute force: comparing, 0 of 2 concepts'), said.join('\n'))
  })

  it('sees what is not found', async () => {
    const knowledgeBase = { open: () => ({ ...KB, similar: () => [] }), queries: ['asthma', 'diabetic'] }
    const { results } = await bench({ ...parts, knowledgeBase }, ['kb'])
    assert.equal(results.find(({ metric }) => metric === 'recallAt64VsBruteForce')?.value, 0)
  })

  it('says what a benchmark lacks when it is asked for', async () => {
    await assert.rejects(bench(parts, ['startup']), { code: 'bench-parts-missing', message: /server/ })
    await assert.rejects(bench(parts, ['packing']), { code: 'bench-parts-missing', message: /model/ })
  })
})
