import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import type { KnowledgeBase } from '../../src/core/index.ts'
import { openKnowledgeBase } from '../../src/knowledge/index.ts'
import { writeStore } from '../../src/knowledge/store/writeStore.ts'
import { conceptOf, knowledgeBaseOf, type ConceptSketch } from '../support/knowledgeBase.ts'

/** Builds a store of the sketches, hands it and the brute-force oracle to the test, and removes it. */
function withBoth(
  sketches: readonly ConceptSketch[],
  test: (store: KnowledgeBase, oracle: KnowledgeBase) => void,
): void {
  const dir = mkdtempSync(join(tmpdir(), 'kb-index-'))
  try {
    writeStore(dir, {
      name: 'test',
      version: '1',
      sources: [],
      imported: [],
      concepts: sketches.map(conceptOf),
    })
    const store = openKnowledgeBase(dir)
    try {
      test(store, knowledgeBaseOf(sketches))
    } finally {
      store.close()
    }
  } finally {
    rmSync(dir, { recursive: true })
  }
}

const word = fc.stringMatching(/^[a-c]{1,5}$/)
const name = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(' '))
const sketches = fc
  .array(fc.array(name, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 40 })
  .map((lists) => lists.map((names, i) => ({ id: `T:${String(i).padStart(3, '0')}`, names })))

describe('The name index', () => {
  it('finds what brute force finds', () => {
    fc.assert(
      fc.property(
        sketches,
        fc.array(name, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 12 }),
        (all, queries, limit) => {
          withBoth(all, (store, oracle) => {
            for (const query of queries) {
              assert.deepEqual(store.similar(query, limit), oracle.similar(query, limit))
              assert.deepEqual(store.exact(query), oracle.exact(query))
              assert.deepEqual(store.prefix(query, limit), oracle.prefix(query, limit))
              assert.equal(store.hasName(query), oracle.hasName(query))
            }
          })
        },
      ),
      { seed: 3, numRuns: 60 },
    )
  })

  it('finds what brute force finds when lists are long enough for bitmaps and names fill several blocks', function () {
    this.timeout(20_000)
    const stems = ['cardio', 'myo', 'neuro', 'hepat', 'nephr', 'gastro', 'derm', 'oste', 'angio', 'path']
    const names = Array.from(
      { length: 70_000 },
      (_, i) => `${stems[i % 10]!}${stems[Math.floor(i / 10) % 10]!}itis type ${String(i)}`,
    )
    const all = names.map((text, i) => ({ id: `T:${String(i).padStart(6, '0')}`, names: [text] }))
    withBoth(all, (store, oracle) => {
      for (const query of [
        'cardiomyoitis',
        'neurohepatitis type 77',
        'type',
        'osteoangiitis typ 69999',
        'zzz',
      ])
        assert.deepEqual(store.similar(query, 64), oracle.similar(query, 64), query)
    })
  })

  it('gives 1 to names of the same words in another order, and nothing for a text without letters', () => {
    withBoth([{ id: 'T:1', names: ['Diabetes Mellitus, Type 2', 'NIDDM'] }], (store) => {
      assert.equal(store.similar('type 2 diabetes mellitus', 1)[0]?.score, 1)
      assert.deepEqual(store.similar('--', 5), [])
      assert.deepEqual(store.similar('niddm', 0), [])
    })
  })
})
