import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import type { PassageTrace } from '../../src/core/index.ts'
import { parseManuscript } from '../../src/document/index.ts'
import { createLinker } from '../../src/linking/index.ts'
import { fakeEngine } from '../support/engine.ts'
import { knowledgeBaseOf } from '../support/knowledgeBase.ts'
import { defaultPipeline, pipelineWith } from '../support/pipeline.ts'

const knowledgeBase = knowledgeBaseOf([
  { id: 'T:1', names: ['Common Cold', { text: 'cold', count: 4 }], groups: ['DISO'] },
  { id: 'T:2', names: ['asthma'], groups: ['DISO'] },
  { id: 'T:3', names: ['patient'] },
])
const TEXT = '# Asthma\n\nThe patients had a *cold* and a fever.\n'
const logger = { error() {}, warn() {}, info() {}, debug() {} }

/** A linker whose clock goes on by a millisecond at every look. */
function linkerWith(
  engine = fakeEngine({ tags: { cold: 'DISO', fever: 'DISO' } }),
  pipeline = defaultPipeline,
) {
  let now = 0
  const parts = { knowledgeBase, engine, logger, pause: () => Promise.resolve(), nowMs: () => now++ }
  return createLinker(parts, pipeline)
}

const manuscript = parseManuscript({ file: 'paper.md', text: TEXT })
const traceOf = async (linker = linkerWith()): Promise<PassageTrace> => {
  const trace = await linker.trace(manuscript, 'paper.md', TEXT.indexOf('had'))
  assert.ok(trace)
  return trace
}
const stagesOf = ({ stages }: PassageTrace): string[] => stages.map(({ kind, name }) => `${kind} ${name}`)

describe('the trace of a passage', () => {
  it('has every stage once, each with what went in and what came out', async () => {
    const trace = await traceOf()
    assert.deepEqual(stagesOf(trace).toSorted(), [
      'detect author',
      'detect dictionary',
      'detect tagger',
      'document document',
      'find fused',
      'find fused',
      'judge mentions',
      'rank two-stream',
      'read model',
    ])
    assert.equal(trace.text, 'The patients had a cold and a fever.')
    assert.equal(TEXT.slice(trace.source.start, trace.source.end), 'The patients had a *cold* and a fever.')
    for (const stage of trace.stages) {
      assert.ok(stage.ms > 0 && stage.startMs >= 0 && stage.startMs + stage.ms <= trace.ms, stage.name)
      if (stage.kind === 'judge') {
        assert.ok(
          stage.output.some(({ text, rejection }) => text === 'patients' && rejection === 'general-word'),
        )
        assert.deepEqual(
          stage.output.filter(({ rejection }) => !rejection).map(({ text }) => text),
          ['cold', 'fever'],
        )
      }
      if (stage.kind === 'find' && stage.input.text === 'cold') assert.equal(stage.output?.[0]?.id, 'T:1')
      if (stage.kind === 'rank')
        assert.deepEqual(
          stage.input.map(({ lookedUp }) => lookedUp),
          ['cold', 'fever'],
        )
    }
  })

  it('is what linking does: its last stage has the links', async () => {
    const linker = linkerWith()
    const { links } = (await linker.link(manuscript)).passages[1]!
    const last = (await traceOf(linker)).stages.find((one) => one.kind === 'document')
    assert.deepEqual(
      last?.output.map(({ text, id, probability }) => [text, id, probability]),
      links.map(({ mention, chosen, probability }) => [mention.text, chosen, probability]),
    )
  })

  it('goes the way anew, and leaves what is kept as it was', async () => {
    const engine = fakeEngine({ tags: { cold: 'DISO' } })
    const linker = linkerWith(engine)
    await linker.link(manuscript)
    const before = engine.calls.length
    const first = await traceOf(linker)
    assert.equal(engine.calls.length, before + 2)
    assert.deepEqual(stagesOf(await traceOf(linker)), stagesOf(first))
    const after = engine.calls.length
    await linker.link(manuscript)
    assert.equal(engine.calls.length, after)
  })

  it('tells which stage could not say, and who stood in', async () => {
    const failing = fakeEngine({ failure: new Error('no') })
    const trace = await traceOf(linkerWith(failing))
    const silent = trace.stages.filter(({ output }) => output === null).map(({ name }) => name)
    assert.deepEqual(silent.toSorted(), ['model', 'tagger', 'two-stream'])
    assert.ok(stagesOf(trace).includes('rank prior'))
  })

  it('can be told as JSON, and follows the pipeline', async () => {
    const pipeline = {
      ...pipelineWith({ detection: 'dictionary' }),
      candidates: {
        kept: 4,
        layers: [{ kind: 'exact' as const }, { kind: 'lexical' as const, ifFewerThan: 1 }],
      },
    }
    const trace = await traceOf(linkerWith(undefined, pipeline))
    assert.deepEqual(JSON.parse(JSON.stringify(trace)), trace)
    assert.deepEqual(
      trace.stages.filter(({ kind }) => kind === 'find').map(({ name }) => name),
      ['exact'],
    )
  })

  it('is none outside prose', async () => {
    assert.equal(await linkerWith().trace(manuscript, 'paper.md', 9_999), undefined)
    assert.equal(await linkerWith().trace(manuscript, 'other.md', 3), undefined)
  })
})
