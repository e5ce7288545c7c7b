import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { GlinerModel } from '../../../src/inference/engine/gliner/model.ts'
import { loadGliner } from '../../../src/inference/engine/gliner/load.ts'
import { openSession } from '../../../src/inference/engine/session.ts'
import { readGlinerConfig } from '../../../src/inference/gliner/glinerConfig.ts'
import { selectSpans, type Decoding } from '../../../src/linking/mentions/gliner/select.ts'

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
})
