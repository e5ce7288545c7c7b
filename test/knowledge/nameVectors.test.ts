import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import * as v from 'valibot'
import type { KnowledgeBase } from '../../src/core/index.ts'
import { openKnowledgeBase, openNameVectors, type NameVectors } from '../../src/knowledge/index.ts'
import { cosineWith } from '../../src/knowledge/vectors/nameEncoder.ts'
import { retrieveCandidates } from '../../src/linking/candidates/index.ts'
import { conceptOf, type ConceptSketch } from '../support/knowledgeBase.ts'
import { storeOf } from '../support/store.ts'

const FIXTURE = 'test/fixtures/tiny-names'

const oracle = v.parse(
  v.object({
    names: v.array(
      v.object({
        name: v.string(),
        vector: v.array(v.number()),
        cell: v.number(),
        levels: v.array(v.number()),
      }),
    ),
  }),
  JSON.parse(readFileSync('test/oracle/names.json', 'utf8')),
)

/** Builds a store with vectors, hands it to the test, and removes it. */
async function withStore(
  sketches: readonly ConceptSketch[],
  built: NameVectors | undefined,
  test: (dir: string) => void,
): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'kb-vectors-'))
  try {
    await storeOf(dir, sketches.map(conceptOf), 32, built)
    test(dir)
  } finally {
    rmSync(dir, { recursive: true })
  }
}

function opened<T>(dir: string, vectors: NameVectors | undefined, use: (store: KnowledgeBase) => T): T {
  const store = openKnowledgeBase(dir, { vectors })
  try {
    return use(store)
  } finally {
    store.close()
  }
}

describe('The encoder of names', () => {
  const { encoder, quantizer } = openNameVectors(FIXTURE)

  it('gives the vectors, cells and codes that the recipe computes', () => {
    for (const { name, vector, cell, levels } of oracle.names) {
      const ours = encoder.encode(name)
      vector.forEach((x, i) => assert.ok(Math.abs(ours[i]! - x) < 1e-6, name))
      const code = new Uint8Array(quantizer.codeBytes)
      assert.equal(quantizer.encode(ours, code, 0), cell, name)
      assert.deepEqual(
        levels,
        [...code].flatMap((byte) => [byte & 15, byte >>> 4]),
        name,
      )
    }
  })

  it('sums up a code to about the cosine: the cell and what each byte adds', () => {
    const [first, second] = oracle.names.map(({ name }) => encoder.encode(name).slice())
    const code = new Uint8Array(quantizer.codeBytes)
    const cell = quantizer.encode(second!, code, 0)
    const { cells, scores } = quantizer.nearCells(first!)
    const base = scores[cells.indexOf(cell)]!
    const table = quantizer.codeScores(first!)
    const approximate = code.reduce((sum, byte, i) => sum + table[i * 256 + byte]!, base)
    const exact = cosineWith(oracle.names[0]!.name, encoder)(oracle.names[1]!.name)
    assert.ok(Math.abs(approximate - exact) < 0.3, `${approximate} for ${exact}`)
  })

  it('finds names of the same pieces in any order equally near', () => {
    const cosineOf = cosineWith('low blood hypotension', encoder)
    const words = ['heart', 'attack', 'blood', 'low', 'of', 'tgf', 'beta']
    fc.assert(
      fc.property(fc.shuffledSubarray(words, { minLength: 2 }), (some) => {
        assert.equal(cosineOf(some.join(' ')), cosineOf(some.toSorted().join(' ')))
      }),
      { seed: 3, numRuns: 300 },
    )
  })

  it('says which file cannot be used, and why', () => {
    const dir = mkdtempSync(join(tmpdir(), 'names-'))
    try {
      const codeFor = (file: string, content: string | Uint8Array): string => {
        cpSync(FIXTURE, dir, { recursive: true })
        writeFileSync(join(dir, file), content)
        try {
          openNameVectors(dir)
          return 'no error'
        } catch (error) {
          return error instanceof Error ? error.message : String(error)
        }
      }
      const weights = readFileSync(join(FIXTURE, 'weights.safetensors'))
      assert.match(codeFor('manifest.json', '{"format":"conceptlens-linker"}'), /manifest\.json: /)
      assert.match(codeFor('pieces.txt', 'a\nb\n'), /pieces\.txt: it has 2 pieces instead of 46/)
      assert.match(codeFor('weights.safetensors', weights.subarray(0, 4)), /it ends within its header/)
      assert.match(codeFor('weights.safetensors', weights.subarray(0, 900)), /it has no tensor \w+ of/)
    } finally {
      rmSync(dir, { recursive: true })
    }
  })
})

describe('Names near in meaning', () => {
  const vectors = openNameVectors(FIXTURE)
  const word = fc.constantFrom('heart', 'attack', 'blood', 'hypotension', 'low', 'tgf', 'beta', 'of', 'the')
  const name = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(' '))
  const sketches = fc
    .array(fc.array(name, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 40 })
    .map((lists) => lists.map((names, i) => ({ id: `T:${String(i).padStart(3, '0')}`, names })))

  it('are those of brute force where all are looked at', async () => {
    await fc.assert(
      fc.asyncProperty(sketches, name, async (all, query) => {
        await withStore(all, vectors, (dir) =>
          opened(dir, vectors, (store) => {
            const cosineOf = cosineWith(query, vectors.encoder)
            const expected = all.flatMap(({ names }, concept) => names.map((text) => ({ concept, text })))
            const found = store.nearest(query, 1000)
            for (const { denseScore, name: text } of found) assert.equal(denseScore, cosineOf(text))
            const keys = (some: readonly { concept: number; text: string }[]) =>
              some.map(({ concept, text }) => `${concept} ${text}`).sort()
            assert.deepEqual(keys(found.map((one) => ({ ...one, text: one.name }))), keys(expected))
            const scores = found.map(({ denseScore }) => denseScore!)
            assert.deepEqual(
              scores,
              scores.toSorted((a, b) => b - a),
            )
          }),
        )
      }),
      { seed: 4, numRuns: 12 },
    )
  })

  const two = [
    { id: 'T:1', names: ['hypotension'] },
    { id: 'T:2', names: ['blood'] },
  ]

  it('carry the cosine of their letters too, and names alike in letters that of their vectors', async () => {
    await withStore(two, vectors, (dir) =>
      opened(dir, vectors, (store) => {
        const near = store.nearest('hypotensio', 2).find(({ name: text }) => text === 'hypotension')
        assert.deepEqual(near, store.similar('hypotensio', 2)[0])
        assert.equal(store.exact('Blood')[0]?.denseScore, 1)
      }),
    )
  })

  it('are candidates even without a letter in common', async () => {
    await withStore(two, vectors, (dir) =>
      opened(dir, vectors, (store) => {
        const text = 'cfu'
        assert.deepEqual(store.similar(text, 5), [])
        const found = retrieveCandidates(store, text, { limit: 5 })
        assert.deepEqual(
          found.map(({ id, lexicalScore, denseScore }) => [id, lexicalScore, denseScore.toFixed(1)]),
          [['T:2', 0, '0.7']],
          'hypotension, with a cosine of -0.3, has nothing to do with it',
        )
      }),
    )
  })

  it('are found by a vector of one’s own, too', async () => {
    await withStore(two, vectors, (dir) =>
      opened(dir, vectors, (store) => {
        const vector = store.vectorOf('hypotension')
        assert.ok(vector)
        const found = store.nearestBy({ text: 'Blood', vector }, 2)
        assert.deepEqual(
          found.map(({ name: text }) => text),
          ['hypotension', 'blood'],
        )
        assert.ok(Math.abs(found[0]!.denseScore! - 1) < 1e-6)
        assert.equal(found[1]!.score, 1, 'likeness in letters is with the text')
        assert.deepEqual(
          store.nearestBy({ text: 'blood', vector: store.vectorOf('blood')! }, 2),
          store.nearest('blood', 2),
        )
      }),
    )
  })

  it('are left out without an encoder, or with another one than the store was built with', async () => {
    const other = { ...vectors, fingerprint: 'another' }
    await withStore(two, vectors, (dir) => {
      opened(dir, undefined, (store) => {
        assert.deepEqual(store.nearest('blood', 5), [])
        assert.equal(store.vectorOf('blood'), undefined)
        assert.ok(!('denseScore' in store.similar('blood', 1)[0]!))
      })
      opened(dir, other, (store) => {
        assert.deepEqual(store.nearest('blood', 5), [])
        assert.ok(Math.abs(store.similar('blood', 1)[0]!.denseScore! - 1) < 1e-6)
      })
    })
    await withStore(two, undefined, (dir) =>
      opened(dir, vectors, (store) => assert.deepEqual(store.nearest('blood', 5), [])),
    )
  })
})
