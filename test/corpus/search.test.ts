import assert from 'node:assert/strict'
import type { KnowledgeBase } from '../../src/core/index.ts'
import { createConceptSearch, type ConceptSearch } from '../../src/linking/index.ts'
import { starterKnowledgeBase } from '../support/starter.ts'
import { typedNames, WAYS, type Way } from '../support/typedNames.ts'

const N_NAMES = 100

/** The least share of common concepts that are among the first ten, a little below what was measured. */
const LEAST: Readonly<Record<Way, number>> = {
  whole: 0.98,
  half: 0.92,
  misspelled: 0.96,
  'half and misspelled': 0.5,
  'last word first': 0.96,
  id: 1,
}

describe('searching the starter knowledge base as people type', function () {
  this.timeout(300_000)
  let kb: KnowledgeBase
  let searching: ConceptSearch

  before(async () => {
    kb = await starterKnowledgeBase()
    searching = createConceptSearch(kb, () => Promise.resolve())
    await searching.prepare()
  })

  after(() => kb.close())

  for (const way of WAYS)
    it(`finds ${(100 * LEAST[way]).toFixed(0)} % of common concepts among the first ten: ${way}`, async () => {
      const missed: string[] = []
      for (const { concept, text } of typedNames(kb, way, N_NAMES)) {
        const found = await searching.search(text, { limit: 10 })
        if (!found.some((answer) => answer.concept === concept)) missed.push(text)
      }
      assert.ok(missed.length <= (1 - LEAST[way]) * N_NAMES + 1e-9, `not found: ${missed.join(', ')}`)
    })
})
