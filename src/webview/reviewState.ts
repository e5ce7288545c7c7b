import type { Person, ReviewConcept, ReviewTerm, TermDecision } from '../protocol/index.ts'

/** Which terms are shown. `yours`: those that a person decided. */
export type Filter = TermDecision | 'yours' | 'all'

/** In the order in which they are offered. */
export const FILTERS: readonly Filter[] = ['review', 'accepted', 'none', 'yours', 'all']

/** A term as it stands now. */
export interface Standing {
  readonly decision: TermDecision
  readonly isByPerson: boolean
  /** The concept taken, or the one suggested; `undefined` where none is meant or known. */
  readonly concept: ReviewConcept | undefined
}

/** A person's decision wins over the model's. A suggestion is the first candidate. */
export function standingOf(term: ReviewTerm): Standing {
  const { person, decision, candidates } = term
  if (person !== undefined)
    return { decision: person ? 'accepted' : 'none', isByPerson: true, concept: person ?? undefined }
  return { decision, isByPerson: false, concept: decision === 'none' ? undefined : candidates[0] }
}

/** The terms of a review, which of them are shown, and where the person is. */
export interface ReviewState {
  readonly terms: readonly ReviewTerm[]
  readonly filter: Filter
  /** Indices of the terms shown, in their order; stays as it is while terms are decided, so that none jumps away. */
  readonly shown: readonly number[]
  /** Place in `shown`; −1 when nothing is. */
  readonly at: number
  /** The index of the term at `at`. */
  readonly active: number | undefined
  /** Which candidate of it is offered. */
  readonly offered: number
  /** How many terms each filter has. */
  counts(): Readonly<Record<Filter, number>>
  show(filter: Filter): void
  moveTo(at: number): void
  /** Offers the next candidate, after the last one the first again. */
  offerNext(): void
  /** Decides the active term and goes on to the next one to review, or else the next one. */
  decide(person: ReviewConcept | null): void
  /** Sets what a person decided, or with `undefined` that nobody did, and goes to that term. */
  restore(index: number, person: Person): void
}

/** Begins with the terms to review, the most probable first; with all when there are none. */
export function createReviewState(given: readonly ReviewTerm[]): ReviewState {
  const terms: ReviewTerm[] = [...given]
  const standings = terms.map(standingOf)
  let filter: Filter = 'all'
  let shown: readonly number[] = []
  let at = -1
  let offered = 0

  const isIn = (index: number, which: Filter): boolean => {
    const { decision, isByPerson } = standings[index]!
    return which === 'all' || (which === 'yours' ? isByPerson : decision === which)
  }

  /** What is still to review first, then by probability. */
  const order = (a: number, b: number): number =>
    Number(isIn(b, 'review')) - Number(isIn(a, 'review')) ||
    terms[b]!.probability - terms[a]!.probability ||
    a - b

  function show(which: Filter): void {
    filter = which
    shown = [...terms.keys()].filter((index) => isIn(index, which)).sort(order)
    moveTo(shown.length === 0 ? -1 : 0)
  }

  function moveTo(place: number): void {
    at = Math.min(Math.max(place, 0), shown.length - 1)
    const term = active() === undefined ? undefined : terms[active()!]
    const chosen = term?.candidates.findIndex(({ id }) => id === term.person?.id) ?? -1
    offered = Math.max(0, chosen)
  }

  const active = (): number | undefined => shown[at]

  function set(index: number, person: Person): void {
    terms[index] = { ...terms[index]!, person }
    standings[index] = standingOf(terms[index])
  }

  function nextPlace(): number {
    const toReview = shown.findIndex((index, place) => place > at && isIn(index, 'review'))
    return toReview >= 0 && filter !== 'yours' ? toReview : at + 1
  }

  show(standings.some(({ decision }) => decision === 'review') ? 'review' : 'all')
  return {
    terms,
    get filter() {
      return filter
    },
    get shown() {
      return shown
    },
    get at() {
      return at
    },
    get active() {
      return active()
    },
    get offered() {
      return offered
    },
    counts() {
      const counts = { review: 0, accepted: 0, none: 0, yours: 0, all: terms.length }
      for (const { decision, isByPerson } of standings) {
        counts[decision] += 1
        counts.yours += Number(isByPerson)
      }
      return counts
    },
    show,
    moveTo,
    offerNext() {
      const n = active() === undefined ? 0 : terms[active()!]!.candidates.length
      offered = n === 0 ? 0 : (offered + 1) % n
    },
    decide(person) {
      const index = active()
      if (index === undefined) return
      set(index, person)
      moveTo(nextPlace())
    },
    restore(index, person) {
      set(index, person)
      if (!shown.includes(index)) show('all')
      moveTo(shown.indexOf(index))
    },
  }
}
