import assert from 'node:assert/strict'
import { readTermDecisions } from '../../../src/alignment/index.ts'
import { createReviewSession } from '../../../src/client/alignment/reviewSession.ts'
import type { AlignmentReview, ReviewConcept } from '../../../src/protocol/index.ts'

const asthma: ReviewConcept = { id: 'T:1', shownId: 'T:1', name: 'Asthma' }
const term = { nRows: 1, probability: 0.5, decision: 'review', isDisputed: false, candidates: [] } as const
const review: AlignmentReview = {
  table: 'a.csv',
  knowledgeBase: 'KB',
  terms: [
    { ...term, text: 'wheeze' },
    { ...term, text: 'keys', context: 'form A', person: asthma },
  ],
}

function opened() {
  let kept = ''
  const session = createReviewSession(review, {
    append(line) {
      kept += line
      return Promise.resolve()
    },
    // Faster than the clock ticks.
    nowMs: () => 1_767_225_600_000,
  })
  return { session, decisions: () => readTermDecisions(kept) }
}

describe('a review session', () => {
  it('keeps decisions as the command line reads them', async () => {
    const { session, decisions } = opened()
    await session.decide(0, asthma)
    await session.decide(1, null)
    const { value, problems } = decisions()
    assert.deepEqual(problems, [])
    assert.deepEqual(
      [...value.values()].map(({ term, context, concept }) => [term, context, concept]),
      [
        ['wheeze', undefined, { id: 'T:1', name: 'Asthma' }],
        ['keys', 'form A', undefined],
      ],
    )
    assert.deepEqual(session.review.terms[0]?.person, asthma)
    assert.equal(session.review.terms[1]?.person, null)
  })

  it('takes decisions back, the latest first, up to how it was found', async () => {
    const { session, decisions } = opened()
    await session.decide(0, asthma)
    await session.decide(0, null)
    await session.decide(1, null)
    assert.deepEqual(await session.undo(), { index: 1, person: asthma })
    assert.deepEqual(await session.undo(), { index: 0, person: asthma })
    assert.deepEqual(await session.undo(), { index: 0, person: undefined })
    assert.equal(await session.undo(), undefined)
    assert.equal(session.review.terms[0]?.person, undefined)
    assert.deepEqual(
      [...decisions().value.values()].map(({ term, concept }) => [term, concept?.id]),
      [['keys', 'T:1']],
    )
  })

  it('tells of a decision that could not be kept, and keeps the next one', async () => {
    const lines: string[] = []
    let isFull = true
    const session = createReviewSession(review, {
      append(line) {
        if (isFull) return Promise.reject(new Error('disk full'))
        lines.push(line)
        return Promise.resolve()
      },
      nowMs: () => 0,
    })
    await assert.rejects(session.decide(0, asthma), /disk full/)
    isFull = false
    await session.decide(1, null)
    assert.equal(lines.length, 1)
  })
})
