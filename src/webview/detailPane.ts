/// <reference lib="dom" />
import type { Person, ReviewCandidate, ReviewConcept, ReviewTerm } from '../protocol/index.ts'
import { bar, conceptLines } from './conceptLines.ts'
import { button, element, icon } from './dom.ts'
import { standingOf, type ReviewState } from './reviewState.ts'
import { count, whyReview } from './words.ts'

/** What a person can do beside the table. */
export interface DetailActions {
  readonly take: (concept: ReviewConcept) => void
  readonly none: () => void
  readonly search: () => void
}

/** The active term with its candidates, each a button with its key. */
export function createDetailPane(state: ReviewState, actions: DetailActions) {
  const pane = element('section', { class: 'detail', 'aria-label': 'Candidates of the term' })
  return {
    element: pane,
    update(): void {
      const term = state.active === undefined ? undefined : state.terms[state.active]
      pane.replaceChildren(...(term ? parts(term, state.offered, actions) : []))
      pane.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' })
    },
  }
}

function parts(term: ReviewTerm, offered: number, actions: DetailActions): HTMLElement[] {
  const { person } = term
  const heading = element('h2', {}, term.text)
  const where = [
    ...(term.context === undefined ? [] : [term.context]),
    ...(term.nRows > 1 ? [`in ${count(term.nRows)} rows`] : []),
  ].join(' · ')
  const list = element('ol', { class: 'candidates' })
  term.candidates.forEach((candidate, place) =>
    list.append(element('li', {}, candidateButton(candidate, { place, offered, chosen: person }, actions))),
  )
  const none = button(
    [element('kbd', {}, 'X'), element('span', { class: 'what' }, 'No concept')],
    actions.none,
    { class: person === null ? 'choice chosen' : 'choice', 'aria-pressed': String(person === null) },
  )
  const search = button(
    [element('kbd', {}, 'S'), element('span', { class: 'what' }, 'Search…')],
    actions.search,
    { class: 'choice' },
  )
  return [
    heading,
    ...(where === '' ? [] : [element('p', { class: 'muted' }, where)]),
    element('p', { class: 'why' }, whyText(term)),
    list,
    element('div', { class: 'others' }, none, search),
  ]
}

/** A choice of the knowledge base that is no candidate is told in words. */
function whyText(term: ReviewTerm): string {
  const { isByPerson, concept, decision } = standingOf(term)
  if (!isByPerson) return whyReview(term)
  if (decision === 'none') return 'You said that no concept is meant.'
  return `You chose ${concept?.name ?? ''} (${concept?.shownId ?? ''}).`
}

interface Place {
  readonly place: number
  readonly offered: number
  readonly chosen: Person
}

function candidateButton(
  candidate: ReviewCandidate,
  { place, offered, chosen }: Place,
  actions: DetailActions,
): HTMLElement {
  const isChosen = chosen?.id === candidate.id
  return button(
    [
      element('kbd', {}, String(place + 1)),
      element('span', { class: 'what' }, ...conceptLines(candidate), bar(candidate.share)),
      ...(isChosen ? [element('span', { class: 'sign accepted' }, icon('accepted'))] : []),
    ],
    () => actions.take(candidate),
    {
      class: `choice ${place === offered ? 'offered' : ''} ${isChosen ? 'chosen' : ''}`,
      'aria-pressed': String(isChosen),
      'aria-current': place === offered ? 'true' : undefined,
    },
  )
}
