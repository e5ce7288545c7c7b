import assert from 'node:assert/strict'
import {
  decide,
  journalHeader,
  journalLines,
  readJournal,
  readTermDecisions,
  type Agreement,
  type Alignment,
} from '../../src/alignment/index.ts'

const thresholds = { acceptFrom: 0.8, reviewFrom: 0.1 }
const candidates = ['T:1', 'T:2'].map((id) => ({
  id,
  name: `name of ${id}`,
  matchedName: id,
  types: [],
  groups: [],
  score: 0.5,
}))

function alignment(probability: number, agreement: Agreement = 'alone', text = 'cold'): Alignment {
  return { term: { text }, candidates, probability, agreement }
}

describe('decisions on terms', () => {
  it('follow the thresholds', () => {
    const decisions = [0.8, 0.79, 0.1, 0.09].map((p) => decide(alignment(p), thresholds, new Map()).decision)
    assert.deepEqual(decisions, ['accepted', 'review', 'review', 'none'])
  })

  it('are for review where the sources disagree, however probable', () => {
    assert.equal(decide(alignment(0.99, 'disagree'), thresholds, new Map()).decision, 'review')
    assert.equal(decide(alignment(0.99, 'agree'), thresholds, new Map()).decision, 'accepted')
  })

  it('leave the best that was not chosen as runner-up', () => {
    assert.equal(decide(alignment(0.9), thresholds, new Map()).runnerUp?.id, 'T:2')
    assert.equal(decide(alignment(0), thresholds, new Map()).runnerUp?.id, 'T:1')
  })

  it('of people hold for the same term in the same context', () => {
    const { value, problems } = readTermDecisions(
      [
        '{"term":"cold","concept":{"id":"T:2","name":"Two"},"created":"2026-01-02T00:00:00.000Z"}',
        '{"term":"flu","created":"2026-01-01T00:00:00.000Z"}',
        '{"term":"flu","context":"form A","concept":{"id":"X:9","name":"Nine"},"created":"2026-01-01T00:00:00.000Z"}',
      ].join('\n'),
    )
    assert.deepEqual(problems, [])
    const cold = decide(alignment(0.9), thresholds, value)
    assert.deepEqual(
      [cold.decision, cold.decidedBy, cold.chosen?.id, cold.runnerUp?.id],
      ['accepted', 'person', 'T:2', 'T:1'],
    )
    const flu = decide(alignment(0.9, 'alone', 'flu'), thresholds, value)
    assert.deepEqual([flu.decision, flu.chosen], ['none', undefined])
    const inForm = decide({ ...alignment(0.9), term: { text: 'flu', context: 'form A' } }, thresholds, value)
    assert.equal(inForm.chosen?.name, 'Nine')
  })

  it('of people: the latest holds, one can be taken back, and what cannot be read changes nothing', () => {
    const line = (id: string, created: string) =>
      JSON.stringify({ term: 'cold', concept: { id, name: id }, created })
    const { value, problems } = readTermDecisions(
      [
        line('T:2', '2026-01-02T00:00:00.000Z'),
        line('T:1', '2026-01-01T00:00:00.000Z'),
        '{"term":"gone","created":"2026-01-01T00:00:00.000Z"}',
        '{"term":"gone","undecided":true,"created":"2026-01-03T00:00:00.000Z"}',
        '{"term":',
        '{"term":"","created":"2026-01-01T00:00:00.000Z"}',
      ].join('\r\n'),
    )
    assert.deepEqual(
      [...value.values()].map(({ concept }) => concept?.id),
      ['T:2'],
    )
    assert.deepEqual(
      problems.map(({ line: at }) => at),
      [5, 6],
    )
  })
})

describe('the journal', () => {
  const done = [alignment(0.5), alignment(0.25, 'disagree', 'Fieber °C'), alignment(0, 'agree', 'flu')]
  const terms = done.map(({ term }) => term)
  const text = journalHeader('k') + journalLines(done)

  it('gives back what was written', () => {
    assert.deepEqual(readJournal(text, 'k', terms), { alignments: done, length: text.length })
  })

  it('gives back whole lines, wherever it is cut off', () => {
    for (let length = 0; length < text.length; length += 1) {
      const cut = readJournal(text.slice(0, length), 'k', terms)
      assert.deepEqual(cut.alignments, done.slice(0, cut.alignments.length))
      assert.ok(cut.length <= length && (cut.length === 0 || text[cut.length - 1] === '\n'))
    }
  })

  it('of other work is worth nothing', () => {
    assert.deepEqual(readJournal(text, 'other', terms), { alignments: [], length: 0 })
  })
})
