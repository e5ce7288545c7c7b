import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Logger } from '../../src/core/index.ts'
import { createEngine, type Engine, type MentionToScore } from '../../src/inference/index.ts'
import { CONTEXTS_FILE } from '../../src/inference/contexts.ts'
import { engineScript } from '../support/engineScript.ts'

interface Oracle {
  readonly text: string
  readonly tolerance: number
  readonly mentions: readonly (MentionToScore & {
    /** The mean of the states of its tokens. */
    readonly state: readonly number[]
    readonly scores: readonly number[]
  })[]
}

const TINY = 'test/fixtures/tiny-linker'
const HIDDEN = 32
const DIMENSIONS = 3
const WEIGHT = 2.5

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

const content = {
  weight: WEIGHT,
  dimensions: DIMENSIONS,
  projection: base64(Float32Array.from(projection)),
  offset: base64(Float32Array.from(offset)),
  concepts: Object.keys(vectors),
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

  /** The cosine of a concept's vector and the projected state, times the weight. */
  function expected(state: readonly number[], concept: string): number {
    const place = offset.map((value, row) =>
      state.reduce((sum, x, i) => sum + x * (projection[row * HIDDEN + i] ?? 0), value),
    )
    const vector = vectors[concept] ?? []
    const product = vector.reduce((sum, x, i) => sum + x * (place[i] ?? 0), 0)
    const lengths = Math.hypot(...vector) * Math.hypot(...place)
    return lengths === 0 ? 0 : (WEIGHT * product) / lengths
  }

  it('add to a score how well the mention stands where the concept does', async () => {
    const engine = await engineWith(JSON.stringify(content))
    const concepts = ['T:1', 'T:2', 'T:3', 'T:unknown', undefined]
    const mentions = oracle.mentions.map((mention) => ({
      ...mention,
      candidates: concepts.map((concept) => ({
        ...mention.candidates[0]!,
        ...(concept !== undefined && { concept }),
      })),
    }))
    const answers = await engine.score(oracle.text, mentions)
    const seen = new Set<string>()
    oracle.mentions.forEach(({ state, scores }, i) =>
      concepts.forEach((concept, at) => {
        const more = concept === undefined ? 0 : expected(state, concept)
        seen.add(more.toFixed(3))
        const score = answers[i]?.scores[at] ?? NaN
        assert.ok(
          Math.abs(score - (scores[0]! + more)) < 5 * oracle.tolerance,
          `${i}, ${concept}: ${score} ≠ ${scores[0]! + more}`,
        )
      }),
    )
    assert.ok(seen.size > 2 * oracle.mentions.length, 'every mention has contexts of its own')
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
    [
      'with a vector too few',
      JSON.stringify({ ...content, concepts: ['T:1'] }),
      /vectors has 9 bytes, and 3 would fit/,
    ],
  ] as const)
    it(`are refused ${what}`, () => assert.rejects(engineWith(text), said))
})
