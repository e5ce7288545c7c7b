import assert from 'node:assert/strict'
import { candidatesByName } from '../../src/alignment/index.ts'
import { alignmentReportText, evaluateAlignment, type AlignmentRun } from '../../src/evaluation/index.ts'
import { plainModel } from '../alignment/model.ts'
import { fakeEngine } from '../support/engine.ts'
import { knowledgeBaseOf } from '../support/knowledgeBase.ts'

const knowledgeBase = knowledgeBaseOf([
  { id: 'T:1', names: ['Asthma'] },
  { id: 'T:2', names: ['Heart attack'], xrefs: ['X:2'] },
  { id: 'T:3', names: ['Heart'] },
])

function run(more: Partial<AlignmentRun> = {}): AlignmentRun {
  let ms = 0
  return {
    knowledgeBase,
    candidates: candidatesByName(knowledgeBase, { types: [], sources: [] }),
    model: plainModel,
    secondOpinion: 'never',
    acceptFrom: 0.8,
    reviewFrom: 0.1,
    gold: [
      { term: { text: 'asthma' }, ids: ['T:1'] },
      { term: { text: 'heart attack' }, ids: ['X:2'] },
      // Its best candidate is another one; the right one stands second.
      { term: { text: 'heart' }, ids: ['T:2'] },
      // Not in the knowledge base.
      { term: { text: 'asthma' }, ids: ['Z:9'] },
      { term: { text: 'zzz' }, ids: [] },
    ],
    nowMs: () => (ms += 1000),
    ...more,
  }
}

describe('measuring alignment', () => {
  it('counts terms whose concept the knowledge base has, by rank', async () => {
    const { n, nInKb, retrieved, weighed, termsPerSecond } = await evaluateAlignment(run())
    assert.deepEqual([n, nInKb, termsPerSecond], [5, 3, 5])
    assert.equal(weighed.accuracyAt1, 2 / 3)
    assert.deepEqual([weighed.recallAt['1'], weighed.recallAt['5']], [2 / 3, 1])
    assert.ok(Math.abs(weighed.meanAveragePrecision - (1 + 1 + 1 / 2) / 3) < 1e-12)
    assert.deepEqual(retrieved, weighed)
  })

  it('counts a wrong concept against its probability', async () => {
    const { edrm, decisions, calibrationErrors } = await evaluateAlignment(run())
    // "zzz" has no candidate and probability 0; nothing right, nothing claimed.
    assert.deepEqual(decisions, {
      accepted: { n: 4, nRight: 2 },
      review: { n: 0, nRight: 0 },
      none: { n: 1, nRight: 1 },
    })
    assert.ok(edrm > 0.5 && edrm < 0.65, String(edrm))
    assert.ok(calibrationErrors.cosine > 0.3)
  })

  it('tells what is known of every term, and of how many the encoder was asked', async () => {
    const told: string[] = []
    const report = await evaluateAlignment(
      run({
        engine: fakeEngine(),
        secondOpinion: 'always',
        onTerm: ({ term, isRight, evidence }) =>
          void told.push(
            `${term} ${isRight.indexOf(true)} ${evidence.some(({ encoder }) => encoder !== undefined)}`,
          ),
      }),
    )
    assert.deepEqual(told, [
      'asthma 0 true',
      'heart attack 0 true',
      'heart 1 true',
      'asthma -1 true',
      'zzz -1 false',
    ])
    assert.equal(report.nSecondOpinions, 4)
    assert.match(
      alignmentReportText('t.tsv', report),
      /^t.tsv: alignment, 5 terms \(60.0 % in the knowledge base\)\n/,
    )
  })
})
