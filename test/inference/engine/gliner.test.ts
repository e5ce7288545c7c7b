import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CancelledError } from '../../../src/core/index.ts'
import type { GlinerModel } from '../../../src/inference/engine/gliner/model.ts'
import { loadGliner } from '../../../src/inference/engine/gliner/load.ts'
import { openSession } from '../../../src/inference/engine/session.ts'
import { readGlinerConfig } from '../../../src/inference/gliner/glinerConfig.ts'
import { selectSpans, type Decoding } from '../../../src/linking/index.ts'

/** What gliner computes; made by `models/recipe` (`gliner_tiny.py`). */
interface Oracle {
  readonly labels: readonly string[]
  readonly models: Readonly<Record<string, ModelOracle>>
}
interface ModelOracle {
  readonly threshold: number
  readonly sentences: readonly {
    readonly text: string
    readonly shape: readonly number[]
    readonly logits: readonly number[]
    readonly entities: Readonly<Record<string, readonly (readonly [number, number, string, number])[]>>
  }[]
}

const FIXTURE = 'test/fixtures/tiny-gliner'
const TOLERANCE = 1e-4
const DECODINGS: Readonly<Record<string, Decoding>> = {
  flat: { nested: false, multiLabel: false },
  nested: { nested: true, multiLabel: false },
  'flat multi-label': { nested: false, multiLabel: true },
  'nested multi-label': { nested: true, multiLabel: true },
}
const oracle = JSON.parse(readFileSync('test/oracle/gliner.json', 'utf8')) as Oracle
const go = (): Promise<void> => Promise.resolve()

async function load(name: string, changes: object = {}): Promise<GlinerModel> {
  const config = { ...(await readGlinerConfig(join(FIXTURE, name))), ...changes }
  return (await loadGliner(config, openSession, { provider: 'cpu', threads: 1 })).model
}

async function ask(model: GlinerModel, name: string, labels: readonly string[], threshold: number) {
  const vectors = name.startsWith('bi') ? { vectors: await model.embed(labels, go) } : {}
  return { labels, thresholds: labels.map(() => threshold), ...vectors }
}

describe('GLiNER in the engine', () => {
  for (const [name, { threshold, sentences }] of Object.entries(oracle.models)) {
    it(`gives gliner's logits and entities: ${name}`, async () => {
      const model = await load(name)
      const asked = await ask(model, name, oracle.labels, threshold)
      for (const { text, shape, logits, entities } of sentences) {
        const found = await model.logits(text, asked)
        assert.deepEqual(found.dims.slice(1), shape)
        for (const [i, expected] of logits.entries())
          assert.ok(Math.abs(Number(found.data[i]) - expected) < TOLERANCE, `${text} ${i}`)
        const spans = (await model.spans(text, asked, go)).map((span) => ({
          ...span,
          label: oracle.labels[span.label] ?? '',
        }))
        for (const [how, expected] of Object.entries(entities)) {
          const selected = selectSpans(spans, DECODINGS[how] as Decoding)
          assert.deepEqual(
            selected.map(({ start, end, label }) => [start, end, label]),
            expected.map(([start, end, label]) => [start, end, label]),
            `${how}: ${text}`,
          )
          for (const [i, span] of selected.entries())
            assert.ok(Math.abs(span.probability - (expected[i]?.[3] ?? NaN)) < TOLERANCE)
        }
      }
    })
  }

  it('reads a long text in windows that share words, with every span once', async () => {
    const model = await load('bi-span')
    const asked = await ask(model, 'bi-span', oracle.labels, 0)
    const text = Array.from({ length: 100 }, (_, i) => `w${i}`).join(' ')
    const spans = await model.spans(text, asked, go)
    // 100 words, spans of 1 to 4 words that end in the text, 5 labels.
    assert.equal(spans.length, (100 + 99 + 98 + 97) * 5)
    assert.equal(new Set(spans.map(({ start, end, label }) => `${start}-${end}-${label}`)).size, spans.length)
  })

  it('asks a bi-encoder for any number of labels and gets what it gets for each alone', async () => {
    const model = await load('bi-token')
    const text = oracle.models['bi-token']?.sentences[0]?.text ?? ''
    const many = [...oracle.labels, ...Array.from({ length: 300 }, (_, i) => `type ${i}`)]
    const among = await model.spans(text, await ask(model, 'bi-token', many, 0.5), go)
    const alone = await model.spans(text, await ask(model, 'bi-token', oracle.labels.slice(0, 1), 0.5), go)
    const first = among.filter(({ label }) => label === 0)
    assert.ok(alone.length > 0)
    assert.deepEqual(
      first.map(({ start, end }) => [start, end]),
      alone.map(({ start, end }) => [start, end]),
    )
    first.forEach(({ probability }, i) =>
      assert.ok(Math.abs(probability - (alone[i]?.probability ?? NaN)) < TOLERANCE),
    )
  })

  it('applies a threshold of its own to each label', async () => {
    const model = await load('uni-span')
    const { labels } = oracle
    const asked = { labels, thresholds: labels.map((_, i) => (i === 2 ? 0 : 1)) }
    const spans = await model.spans('One two three.', asked, go)
    assert.deepEqual([...new Set(spans.map(({ label }) => label))], [2])
    assert.equal(spans.length, 4 + 3 + 2 + 1)
  })

  it('says what to do when a uni-encoder cannot read so many labels', async () => {
    const model = await load('uni-span', { hasAbsolutePositions: true, maxPieces: 30 })
    const asked = { labels: oracle.labels, thresholds: oracle.labels.map(() => 0.5) }
    await assert.rejects(model.spans('One two.', asked, go), /5 types .* at most 30 .* take a bi-encoder/)
  })

  it('differs from gliner where a word has no pieces: later words keep their places', async () => {
    // gliner counts only words with pieces, so that after one without any it names the words before.
    const model = await load('bi-span')
    const asked = await ask(model, 'bi-span', oracle.labels, 0)
    const text = 'One \u0001 two'
    const spans = await model.spans(text, asked, go)
    assert.ok(spans.some(({ start, end }) => text.slice(start, end) === 'two'))
  })

  it('stops between runs when nobody wants the answer any more', async () => {
    const model = await load('bi-span')
    const asked = await ask(model, 'bi-span', oracle.labels, 0.5)
    const stop = (): Promise<void> => Promise.reject(new CancelledError())
    await assert.rejects(model.spans('One two.', asked, stop), CancelledError)
  })
})
