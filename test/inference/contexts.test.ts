import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Logger, Span } from '../../src/core/index.ts'
import { createEngine, type Engine } from '../../src/inference/index.ts'
import { CONTEXTS_FILE } from '../../src/inference/contexts.ts'
import { contextFitsIn } from '../../src/linking/ranking/index.ts'
import { engineScript } from '../support/engineScript.ts'

interface Oracle {
  readonly text: string
  readonly mentions: readonly {
    readonly span: Span
    /** The mean of the states of its tokens. */
    readonly state: readonly number[]
  }[]
}

const TINY = 'test/fixtures/tiny-linker'
const HIDDEN = 32
const DIMENSIONS = 3

const wave = (n: number, phase: number): number[] =>
  Array.from({ length: n }, (_, i) => Math.sin(phase + 7 * i))
const projection = wave(DIMENSIONS * HIDDEN, 1)
const offset = wave(DIMENSIONS, 2)
const vectors: Readonly<Record<string, readonly number[]>> = {
  'T:1': [127, -20, 55],
  'T:2': [-3, 90, -127],
  'T:3': [0, 0, 0],
}

const logger: Logger = { error() {}, warn() {}, info() {}, debug() {} }

const base64 = (numbers: Float32Array | Int8Array): string => Buffer.from(numbers.buffer).toString('base64')

const TRUST = 1.5

const content = {
  trust: TRUST,
  dimensions: DIMENSIONS,
  projection: base64(Float32Array.from(projection)),
  offset: base64(Float32Array.from(offset)),
  concepts: Object.keys(vectors),
  counts: [4, 1, 9],
  aliases: { 'A:1': 0, 'A:3': 2 },
  vectors: base64(Int8Array.from(Object.values(vectors).flat())),
}

describe('contexts of concepts', () => {
  let scratch: string
  let oracle: Oracle

  async function engineWith(contexts: string): Promise<Engine> {
    const modelDir = await mkdtemp(join(scratch, 'model-'))
    for (const file of ['encoder.onnx', 'vocab.txt', 'features.json'])
      await copyFile(join(TINY, file), join(modelDir, file))
    const manifest = JSON.parse(await readFile(join(TINY, 'manifest.json'), 'utf8')) as {
      sha256: Record<string, string>
    }
    manifest.sha256[CONTEXTS_FILE] = createHash('sha256').update(contexts).digest('hex')
    await writeFile(join(modelDir, CONTEXTS_FILE), contexts)
    await writeFile(join(modelDir, 'manifest.json'), JSON.stringify(manifest))
    return createEngine({ modelDir, engineScript: engineScript(), logger })
  }

  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'conceptlens-contexts-'))
    oracle = JSON.parse(await readFile('test/oracle/two-stream.json', 'utf8')) as Oracle
  })
  after(() => rm(scratch, { recursive: true }))

  /** The cosine of a concept's vector and the projected state, times what it counts. */
  function expected(state: readonly number[], concept: string): number {
    const place = offset.map((value, row) =>
      state.reduce((sum, x, i) => sum + x * (projection[row * HIDDEN + i] ?? 0), value),
    )
    const vector = vectors[concept] ?? []
    const product = vector.reduce((sum, x, i) => sum + x * (place[i] ?? 0), 0)
    const lengths = Math.hypot(...vector) * Math.hypot(...place)
    return lengths === 0 ? 0 : (TRUST * product) / lengths
  }

  it('say how well a mention of a text that was read stands where each concept does, and of how many mentions that is known', async () => {
    const engine = await engineWith(JSON.stringify(content))
    const analysis = await engine.analyse(oracle.text)
    assert.equal(analysis.places?.length, analysis.tokens.length * DIMENSIONS)
    const fitsOf = contextFitsIn(analysis, engine.info.contexts)
    const seen = new Set<string>()
    for (const { span, state } of oracle.mentions)
      for (const [i, concept] of Object.keys(vectors).entries()) {
        const fit = fitsOf(span)?.(concept)
        assert.equal(fit?.count, content.counts[i])
        const wanted = expected(state, concept)
        assert.ok(
          Math.abs((fit?.closeness ?? NaN) - wanted) < 1e-3,
          `${concept}: ${fit?.closeness} ≠ ${wanted}`,
        )
        seen.add(wanted.toFixed(3))
      }
    assert.ok(seen.size > oracle.mentions.length, 'every mention has contexts of its own')
    const fitOf = fitsOf(oracle.mentions[0]!.span)!
    assert.equal(fitOf('T:unknown'), undefined)
    assert.deepEqual(fitOf('A:1'), fitOf('T:1'), 'known by another id')
    assert.equal(fitsOf({ start: 0, end: 0 }), undefined, 'nothing is read of an empty span')
    assert.equal(contextFitsIn(analysis, undefined)(oracle.mentions[0]!.span), undefined)
    await engine.dispose()
  })

  for (const [what, text, said] of [
    ['no JSON', '{', /contexts\.json cannot be used: it is not JSON/],
    [
      'without vectors',
      JSON.stringify({ ...content, vectors: undefined }),
      /contexts\.json cannot be used: vectors/,
    ],
    [
      'of another size',
      JSON.stringify({ ...content, dimensions: 4 }),
      /projection has 384 bytes, and 512 would fit/,
    ],
    ['with a count too few', JSON.stringify({ ...content, counts: [1] }), /it has 3 concepts and 1 counts/],
    [
      'with an id of no concept',
      JSON.stringify({ ...content, aliases: { 'A:9': 3 } }),
      /A:9 is an id of concept 3 of 3/,
    ],
    [
      'with a vector too few',
      JSON.stringify({ ...content, concepts: ['T:1'], counts: [1], aliases: {} }),
      /vectors has 9 bytes, and 3 would fit/,
    ],
  ] as const)
    it(`are refused ${what}`, () => assert.rejects(engineWith(text), said))
})
