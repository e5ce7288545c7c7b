import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import type { PassageTrace, StageRecord } from '../../src/protocol/index.ts'
import { duration, pathOf, tableOf } from '../../src/webview/trace/path.ts'

const span = {
  start: 0,
  end: 4,
  text: 'cold',
  origins: ['tagger' as const],
  probability: 0.82,
  group: 'DISO',
}
const ranking = { text: 'cold', candidates: [{ id: 'T:1', name: 'Cold', probability: 0.9 }], none: 0.1 }

const STAGES: readonly StageRecord[] = [
  { kind: 'detect', name: 'tagger', startMs: 6, ms: 1, input: 'A cold', output: [span] },
  { kind: 'detect', name: 'remote', startMs: 1, ms: 9, input: 'A cold', output: null },
  {
    kind: 'read',
    name: 'model',
    startMs: 0,
    ms: 5,
    input: 'A cold',
    output: { nTokens: 2, heads: ['concepts'] },
  },
  {
    kind: 'judge',
    name: 'mentions',
    startMs: 10,
    ms: 1,
    input: [span, span],
    output: [span, { ...span, rejection: 'general-word' }],
  },
  {
    kind: 'find',
    name: 'fused',
    startMs: 11,
    ms: 2,
    input: { text: 'cold', limit: 2 },
    output: [{ id: 'T:1', name: 'Cold', lexicalScore: 1, denseScore: 0.5, exact: true }],
  },
  { kind: 'find', name: 'fused', startMs: 13, ms: 3, input: { text: 'flu', limit: 2 }, output: [] },
  {
    kind: 'rank',
    name: 'two-stream',
    startMs: 16,
    ms: 20,
    input: [
      { text: 'cold', lookedUp: 'cold', nCandidates: 1 },
      { text: 'flu', lookedUp: 'flu', nCandidates: 0 },
    ],
    output: [ranking, null],
  },
  {
    kind: 'document',
    name: 'document',
    startMs: 36,
    ms: 1,
    input: [{ text: 'cold', id: 'T:1', probability: 0.9 }],
    output: [{ text: 'cold', id: 'T:1', name: 'Cold', probability: 0.88 }],
  },
]
const trace: PassageTrace = {
  file: 'a.md',
  source: { start: 0, end: 6 },
  text: 'A cold',
  stages: STAGES,
  ms: 37,
}

describe('the path of a passage', () => {
  const path = pathOf(trace)

  it('has the steps in the order of the pipeline, their stages as they began', () => {
    assert.deepEqual(
      path.map(({ title, stages }) => [title, ...stages.map(({ name }) => name)]),
      [
        ['Read', 'model'],
        ['Detect', 'remote', 'tagger'],
        ['Decide on mentions', 'mentions'],
        ['Find candidates', 'fused'],
        ['Rank', 'two-stream'],
        ['Agree', 'document'],
      ],
    )
    assert.deepEqual(pathOf({ ...trace, stages: [] }), [])
  })

  it('counts what went in and came out, and adds up the calls of a stage', () => {
    const stages = path.flatMap((step) => step.stages)
    assert.deepEqual(
      stages.map(({ traffic }) => traffic),
      [
        '2 word pieces',
        '0 proposals',
        '1 proposal',
        '2 proposals → 1 mention',
        '2 texts → 1 candidate',
        '2 mentions → 1 answer',
        '1 mention → 1 link',
      ],
    )
    const fused = stages.find(({ name }) => name === 'fused')
    assert.deepEqual([fused?.startMs, fused?.ms, fused?.records.length], [11, 5, 2])
    assert.deepEqual(
      stages.filter(({ isSilent }) => isSilent).map(({ name }) => name),
      ['remote'],
    )
  })

  it('tells what came out as a table, also where a stage could not say', () => {
    const rowsOf = (name: string) => tableOf(STAGES.filter((one) => one.name === name)).rows
    assert.deepEqual(rowsOf('mentions'), [
      ['cold', 'tagger', 'DISO', '82\u00a0%', 'yes'],
      ['cold', 'tagger', 'DISO', '82\u00a0%', 'general word'],
    ])
    assert.deepEqual(rowsOf('fused'), [['cold', 'Cold', 'T:1', 'equal', '0.50']])
    assert.deepEqual(rowsOf('two-stream'), [
      ['cold', '90\u00a0% Cold (T:1)', '10\u00a0%'],
      ['flu', 'left to the next', ''],
    ])
    assert.deepEqual(rowsOf('document'), [['cold', 'Cold (T:1)', '90\u00a0%', '88\u00a0%']])
    assert.equal(rowsOf('remote')[0]?.[0], 'could not say')
    for (const { name } of STAGES) {
      const { head, rows } = tableOf(STAGES.filter((one) => one.name === name))
      assert.ok(
        rows.every((row) => row.length === head.length),
        name,
      )
    }
  })

  it('shows the names that a language model wrote, and what was found by them, where it was asked for any', () => {
    const request = { text: 'cold', lookedUp: 'cold', nCandidates: 2 }
    const found = [{ id: 'T:1', name: 'Common Cold' }]
    const written = { names: ['coryza', 'rhinitis'], found }
    const ask = { kind: 'ask' as const, name: 'generative', startMs: 0, ms: 1 }
    const two = [{ ...request, written }, request]
    assert.deepEqual(tableOf([{ ...ask, input: two, output: [ranking, null] }]), {
      head: ['Mention', 'Names written', 'Found by them', 'Answer', 'None of these'],
      rows: [
        ['cold', 'coryza\nrhinitis', 'Common Cold (T:1)', '90\u00a0% Cold (T:1)', '10\u00a0%'],
        ['cold', '', '', 'said nothing of these', ''],
      ],
    })
    assert.deepEqual(tableOf([{ ...ask, input: [request], output: null }]), {
      head: ['Mention', 'Answer', 'None of these'],
      rows: [['cold', 'could not say', '']],
    })
  })

  it('says times as people read them', () => {
    assert.deepEqual([0.04, 9.94, 12.6].map(duration), ['0.0 ms', '9.9 ms', '13 ms'])
  })
})
