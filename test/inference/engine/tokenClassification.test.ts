import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openSession } from '../../../src/inference/engine/session.ts'
import { loadClassifier } from '../../../src/inference/engine/tokenClassification/load.ts'
import type { ClassifierModel } from '../../../src/inference/engine/tokenClassification/model.ts'
import { openTokenizer } from '../../../src/inference/engine/tokenClassification/tokenizer.ts'
import { readClassifierConfig } from '../../../src/inference/tokenClassification/classifierConfig.ts'
import type { Aggregation } from '../../../src/inference/index.ts'

/** What the pipelines of transformers find; made by `test/oracle/tokenClassification.make.py`. */
interface Oracle {
  readonly models: Readonly<Record<string, ModelOracle>>
}
interface ModelOracle {
  readonly sentences: readonly (Found & { readonly tokens: readonly (readonly [number, number, number])[] })[]
  readonly long?: Found & { readonly stride: number }
  readonly different?: { readonly text: string; readonly words: readonly (readonly [number, number])[] }
}
interface Found {
  readonly text: string
  readonly entities: Readonly<Partial<Record<Aggregation, readonly Entity[]>>>
}
type Entity = readonly [start: number, end: number, label: string, score: number]

const FIXTURES = 'test/fixtures/tiny-token-classification'
const TOLERANCE = 1e-4
const oracle = JSON.parse(readFileSync('test/oracle/token-classification.json', 'utf8')) as Oracle
const go = (): Promise<void> => Promise.resolve()

async function open(name: string, stride?: number): Promise<ClassifierModel> {
  const config = await readClassifierConfig(join(FIXTURES, name))
  const { model } = await loadClassifier(config, openSession, {
    provider: 'cpu',
    threads: 1,
    ...(stride === undefined ? {} : { stride }),
  })
  return model
}

/** Without blanks at the ends, which the pipelines leave where a tokenizer's pieces begin with one. */
function trimmed(text: string, [start, end, ...rest]: Entity): Entity {
  const surface = text.slice(start, end)
  return [start + surface.length - surface.trimStart().length, start + surface.trimEnd().length, ...rest]
}

async function entitiesOf(
  name: string,
  model: ClassifierModel,
  text: string,
  aggregation: Aggregation,
): Promise<Entity[]> {
  const { scheme } = await readClassifierConfig(join(FIXTURES, name))
  const found = await model.entities(text, aggregation, go)
  return found.map(({ start, end, label, probability }) => [
    start,
    end,
    scheme.types[label] ?? '',
    probability,
  ])
}

function assertSame(found: readonly Entity[], published: readonly Entity[], text: string): void {
  const expected = published.map((one) => trimmed(text, one)).filter(([start, end]) => end > start)
  const places = (entities: readonly Entity[]) =>
    entities.map(([start, end, label]) => [text.slice(start, end), start, label])
  assert.deepEqual(places(found), places(expected), text)
  const difference = Math.max(
    0,
    ...found.map(([, , , score], i) => Math.abs(score - (expected[i]?.[3] ?? 0))),
  )
  assert.ok(difference < TOLERANCE, `${difference}: ${text}`)
}

for (const [name, { sentences, long, different }] of Object.entries(oracle.models))
  describe(`a token-classification model: ${name}`, () => {
    let model: ClassifierModel
    before(async () => {
      model = await open(name)
    })

    it('cuts texts into the same pieces at the same places', async () => {
      const tokenizer = await openTokenizer(await readClassifierConfig(join(FIXTURES, name)))
      for (const { text, tokens } of sentences) {
        const { ids, spans } = tokenizer.tokenize(text)
        assert.deepEqual(
          ids,
          tokens.map(([id]) => id),
          text,
        )
        const surfaces = spans.map(({ start, end }) => text.slice(start, end).trim())
        assert.deepEqual(
          surfaces,
          tokens.map(([, start, end]) => text.slice(start, end).trim()),
          text,
        )
      }
    })

    for (const aggregation of ['simple', 'first', 'average', 'max'] as const)
      it(`finds the entities of transformers: ${aggregation}`, async () => {
        for (const { text, entities } of sentences)
          assertSame(await entitiesOf(name, model, text, aggregation), entities[aggregation] ?? [], text)
      })

    if (long)
      it('reads long texts in windows as transformers does with a stride', async () => {
        const { text, stride, entities } = long
        const windowed = await open(name, stride)
        for (const aggregation of ['simple', 'first'] as const)
          assertSame(await entitiesOf(name, windowed, text, aggregation), entities[aggregation] ?? [], text)
      })

    if (different)
      it('knows words with a letter and its mark apart, or behind a line end, which transformers joins to others', async () => {
        const { text, words: joined } = different
        const tokenizer = await openTokenizer(await readClassifierConfig(join(FIXTURES, name)))
        const { spans, wordStarts } = tokenizer.tokenize(text)
        const begun = new Set(spans.filter((_, i) => wordStarts[i]).map(({ start }) => start))
        const all = Array.from(text.matchAll(/(?<!\S)\S/g), ({ index }) => index)
        assert.deepEqual(
          all.filter((at) => !begun.has(at)),
          [],
        )
        const theirs = new Set(joined.map(([start]) => start))
        assert.ok(all.some((at) => !theirs.has(at)))
        for (const { end } of await model.entities(text, 'simple', go))
          assert.doesNotMatch(text.charAt(end), /\p{M}/u)
      })
  })
