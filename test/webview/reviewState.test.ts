import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { ReviewCandidate, ReviewTerm, TermDecision } from '../../src/protocol/index.ts'
import { createReviewState, FILTERS, standingOf, type ReviewState } from '../../src/webview/reviewState.ts'

const candidate = (id: string): ReviewCandidate => ({
  id,
  shownId: id,
  name: `name of ${id}`,
  types: [],
  share: 0.4,
})

function term(text: string, decision: TermDecision, probability: number, ...ids: string[]): ReviewTerm {
  return { text, nRows: 1, probability, decision, isDisputed: false, candidates: ids.map(candidate) }
}

const terms = [
  term('sure', 'accepted', 0.9, 'T:1'),
  term('low', 'review', 0.2, 'T:2', 'T:3'),
  term('nothing', 'none', 0),
  term('high', 'review', 0.7, 'T:4', 'T:5', 'T:6'),
]
const textsOf = ({ shown, terms }: ReviewState) => shown.map((index) => terms[index]?.text)
const activeText = ({ active, terms }: ReviewState) =>
  active === undefined ? undefined : terms[active]?.text

describe('the state of a review', () => {
  it('begins with what is to review, the most probable first', () => {
    const state = createReviewState(terms)
    assert.equal(state.filter, 'review')
    assert.deepEqual(textsOf(state), ['high', 'low'])
    state.show('all')
    assert.deepEqual(textsOf(state), ['high', 'low', 'sure', 'nothing'])
  })

  it('shows all where nothing is to review', () => {
    const state = createReviewState([terms[0]!])
    assert.equal(state.filter, 'all')
    assert.equal(activeText(state), 'sure')
  })

  it('goes on to the next one, leaves what is decided in its place, and counts it elsewhere', () => {
    const state = createReviewState(terms)
    state.decide(candidate('T:4'))
    assert.equal(activeText(state), 'low')
    assert.deepEqual(textsOf(state), ['high', 'low'])
    assert.deepEqual(state.counts(), { review: 1, accepted: 2, none: 1, yours: 1, all: 4 })
    state.decide(null)
    assert.deepEqual(state.counts(), { review: 0, accepted: 2, none: 2, yours: 2, all: 4 })
    state.show('yours')
    assert.deepEqual(textsOf(state), ['high', 'low'])
  })

  it('offers one candidate after the other, and the first again', () => {
    const state = createReviewState(terms)
    const offered = [0, 1, 2, 3].map(() => {
      state.offerNext()
      return state.offered
    })
    assert.deepEqual(offered, [1, 2, 0, 1])
    state.decide(candidate('T:5'))
    state.moveTo(0)
    assert.equal(state.offered, 1, 'what was chosen is offered when one comes back')
  })

  it('goes back to a term whose decision is taken back, also when it is not shown', () => {
    const state = createReviewState(terms)
    state.decide(null)
    state.show('accepted')
    state.restore(3, undefined)
    assert.equal(state.filter, 'all')
    assert.equal(activeText(state), 'high')
    assert.equal(standingOf(state.terms[3]!).decision, 'review')
  })

  it('has every term under one decision, and the active one among those shown, whatever is done', () => {
    const step = fc.oneof(
      fc.constantFrom(...FILTERS).map((filter) => (state: ReviewState) => state.show(filter)),
      fc.integer({ min: -3, max: 9 }).map((at) => (state: ReviewState) => state.moveTo(at)),
      fc
        .constantFrom(null, candidate('T:1'), candidate('X:9'))
        .map((one) => (state: ReviewState) => state.decide(one)),
      fc.constant((state: ReviewState) => state.offerNext()),
      fc.tuple(fc.nat(3), fc.constantFrom(null, undefined)).map(
        ([index, person]) =>
          (state: ReviewState) =>
            state.restore(index, person),
      ),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const state = createReviewState(terms)
        for (const one of steps) {
          one(state)
          const { review, accepted, none, all } = state.counts()
          assert.equal(review + accepted + none, all)
          assert.equal(state.active, state.shown[state.at])
          assert.equal(state.active === undefined, state.shown.length === 0)
        }
      }),
      { seed: 7, numRuns: 200 },
    )
  })
})
