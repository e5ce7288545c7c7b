import assert from 'node:assert/strict'
import {
  detectorReportText,
  measureDetectors,
  readCorpus,
  type DetectorToMeasure,
} from '../../src/evaluation/index.ts'
import { knowledgeBaseOf } from '../support/knowledgeBase.ts'

const KB = knowledgeBaseOf([{ id: 'MESH:D1', names: ['asthma'], groups: ['DISO'] }])
const CORPUS = readCorpus(
  `1|t|Lithium and bronchial asthma
1|a|A chronic tubular kidney disease of lithium.
1\t0\t7\tLithium\tChemical\tD008094
1\t12\t28\tbronchial asthma\tDisease\tD001249
1\t31\t61\tchronic tubular kidney disease\tDisease\tD001249
`,
  'tiny',
)

/** Finds these words wherever they stand, and counts the passages it reads. */
function detectorOf(name: string, words: Readonly<Record<string, string>>): DetectorToMeasure {
  let nRead = 0
  return {
    name,
    find(text) {
      nRead++
      const found = Object.entries(words).flatMap(([word, group]) => {
        const start = text.indexOf(word)
        const span = { start, end: start + word.length }
        return start < 0 ? [] : [{ span, text: word, group, origins: ['tagger' as const] }]
      })
      return Promise.resolve(found)
    },
    counts: () => ({ nRead }),
  }
}

describe('measureDetectors', () => {
  const sure = detectorOf('sure', { Lithium: 'CHEM', 'bronchial asthma': 'DISO', 'kidney disease': 'DISO' })
  const wrong = detectorOf('wrong', { Lithium: 'DISO', A: 'PROC' })

  it('gives strict and relaxed figures by length, times, and counts without the warm-up', async () => {
    let ms = 0
    const report = await measureDetectors({
      corpus: CORPUS,
      knowledgeBase: KB,
      detectors: [sure, wrong],
      nowMs: () => (ms += 5),
    })
    assert.deepEqual([report.n, report.nPassages, report.nDocuments], [3, 2, 1])
    const [first, second] = report.detectors
    assert.equal(first?.detection.strict.recall, 2 / 3)
    assert.equal(first.detection.relaxed.f1, 1)
    assert.equal(first.detection.byLength['1']?.f1, 1)
    assert.equal(first.detection.byLength['2']?.precision, 1 / 2)
    // The longer gold mention is found in part; the shorter prediction that does it counts by its own length.
    assert.equal(first.detection.byLength['4+']?.recall, 0)
    assert.equal(first.detection.relaxedByLength['4+']?.recall, 1)
    assert.equal(first.detection.relaxedByLength['2']?.precision, 1)
    assert.deepEqual(first.passageMs, { mean: 5, p50: 5, p95: 5 })
    assert.deepEqual(first.counts, { nRead: 2 })
    assert.equal(second?.detection.strict.f1, 0)
    assert.equal(second.detection.spans.recall, 1 / 3)
    assert.equal(second.detection.spans.precision, 1)
  })

  it('counts the types that are asked for', async () => {
    const { n } = await measureDetectors({
      corpus: CORPUS,
      knowledgeBase: KB,
      detectors: [sure],
      types: ['CHEM'],
    })
    assert.equal(n, 1)
  })

  it('stops when it is told to, and when a detector fails', async () => {
    const run = { corpus: CORPUS, knowledgeBase: KB, detectors: [sure] }
    await assert.rejects(measureDetectors({ ...run, token: { isCancellationRequested: true } }), /Cancelled/)
    const failing = { name: 'failing', find: () => Promise.reject(new Error('silent')) }
    await assert.rejects(measureDetectors({ ...run, detectors: [failing] }), /silent/)
  })

  it('is written side by side', async () => {
    const report = await measureDetectors({
      corpus: CORPUS,
      knowledgeBase: KB,
      detectors: [sure, wrong],
      nowMs: () => 0,
    })
    const text = detectorReportText(report)
    assert.match(text, /^tiny: detectors alone, 3 mentions in 2 passages of 1 documents\n +sure +wrong\n/)
    assert.match(text, /\n  relaxed P \/ R \/ F1 +100\.0 \/ 100\.0 \/ 100\.0 +0\.0 \/ 0\.0 \/ 0\.0\n/)
    assert.match(text, /\n    4\+ words, strict \/ relaxed F1 +0\.0 \/ /)
    assert.match(text, /\n  sure: nRead 2\n/)
  })
})
