import assert from 'node:assert/strict'
import fc from 'fast-check'
import { fold, hasWords, typedWords } from '../../../src/knowledge/index.ts'
import { collectCommonNames, type CommonName } from '../../../src/linking/search/commonNames.ts'
import { knowledgeBaseOf, type ConceptSketch } from '../../support/knowledgeBase.ts'

const noPause = (): Promise<void> => Promise.resolve()
const words = fc
  .array(fc.stringMatching(/^[a-c]{1,3}$/), { minLength: 1, maxLength: 3 })
  .map((some) => some.join(' '))
const sketches = fc.array(
  fc.array(fc.record({ text: words, count: fc.integer({ min: 0, max: 3 }) }), { minLength: 1, maxLength: 4 }),
  { minLength: 1, maxLength: 30 },
)

describe('collectCommonNames', () => {
  it('finds the names of the commonest concepts as brute force does', async () => {
    await fc.assert(
      fc.asyncProperty(sketches, words, fc.integer({ min: 1, max: 8 }), async (lists, typed, limit) => {
        const all = lists.map((names, i): ConceptSketch => ({ id: `T:${i}`, names }))
        const kb = knowledgeBaseOf(all)
        const common = await collectCommonNames(kb, noPause)
        const expected = (isSo: (folded: string) => boolean): CommonName[] =>
          lists
            .map((names, concept) => ({
              concept,
              found: names.flatMap(({ text }, index) => (isSo(fold(text)) ? [{ concept, index }] : [])),
            }))
            .filter(({ concept, found }) => kb.conceptCount(concept) > 0 && found.length > 0)
            .sort((a, b) => kb.conceptCount(b.concept) - kb.conceptCount(a.concept))
            .slice(0, limit)
            .flatMap(({ found }) => found)
        const begins = (folded: string): boolean => folded.startsWith(typed)
        assert.deepEqual(common.beginning(typed, limit), expected(begins))
        assert.deepEqual(
          common.withWords(typed, typedWords(typed), limit),
          expected((folded) => hasWords(folded, typedWords(typed)) && !begins(folded)),
        )
      }),
      { seed: 7, numRuns: 200 },
    )
  })

  it('lets others have their turn, and leaves out what was never counted', async () => {
    let nPauses = 0
    const kb = knowledgeBaseOf([{ id: 'T:1', names: ['abc'] }])
    const common = await collectCommonNames(kb, () => Promise.resolve(void nPauses++))
    assert.ok(nPauses > 0)
    assert.deepEqual(common.beginning('a', 9), [])
  })
})
