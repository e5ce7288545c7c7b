/// <reference lib="dom" />
import type { AlignmentReview, ReviewConcept, ReviewNews, ReviewRequest } from '../protocol/index.ts'
import { createDetailPane } from './detailPane.ts'
import { button, element, setAttributes } from './dom.ts'
import { actionOf, KEY_HELP, type Action } from './keys.ts'
import { createReviewState, FILTERS, standingOf, type Filter } from './reviewState.ts'
import { createSearchBox } from './searchBox.ts'
import { createTermGrid } from './termGrid.ts'
import { count, FILTER_LABELS } from './words.ts'

/** Fills the page with a review. Returns what is done with news of the editor. */
export function showReview(
  root: HTMLElement,
  review: AlignmentReview,
  tell: (request: ReviewRequest) => void,
): (news: ReviewNews) => void {
  const state = createReviewState(review.terms)
  const said = element('p', { class: 'said', role: 'status' })
  const grid = createTermGrid(state, (place) => {
    state.moveTo(place)
    update()
  })
  const search = createSearchBox({
    ask: (text) => tell({ kind: 'search', text }),
    take: decide,
    closed() {
      detail.element.hidden = false
      grid.element.focus()
    },
  })
  const detail = createDetailPane(state, { take: decide, none: () => decide(null), search: openSearch })
  const help = helpDialog(() => grid.element.focus())
  const filters = FILTERS.map((filter) => filterButton(filter, () => show(filter)))
  const empty = element('p', { class: 'empty' })
  const head = element(
    'header',
    {},
    element(
      'div',
      { class: 'title' },
      element('h1', {}, review.table),
      element('span', { class: 'muted' }, review.knowledgeBase),
    ),
    element(
      'div',
      { class: 'actions' },
      button(['Keys ', element('kbd', {}, '?')], () => help.showModal(), { class: 'quiet' }),
      button(['Export… ', element('kbd', {}, 'E')], () => tell({ kind: 'export' }), { class: 'primary' }),
    ),
    element('div', { class: 'filters', role: 'group', 'aria-label': 'Show' }, ...filters),
  )
  const side = element('aside', {}, search.element, detail.element)
  const table = element('div', { class: 'table' }, grid.element, empty)
  root.replaceChildren(head, element('div', { class: 'columns' }, table, side), said, help)

  function update(): void {
    const counts = state.counts()
    for (const [i, filter] of FILTERS.entries())
      fillFilter(filters[i]!, filter, { n: counts[filter], isOn: filter === state.filter })
    empty.textContent = state.shown.length > 0 ? '' : emptyWords(state.filter)
    empty.hidden = state.shown.length > 0
    grid.update()
    detail.update()
  }

  function show(filter: Filter): void {
    state.show(filter)
    update()
    grid.element.focus()
  }

  function decide(person: ReviewConcept | null): void {
    const index = state.active
    if (index === undefined) return
    const concept = person && { id: person.id, shownId: person.shownId, name: person.name }
    tell({ kind: 'decide', index, person: concept })
    state.decide(concept)
    const nLeft = state.counts().review
    say(`${state.terms[index]!.text}: ${concept?.name ?? 'no concept'}. ${count(nLeft)} to review.`)
    update()
    grid.element.focus()
  }

  function openSearch(): void {
    const term = state.active === undefined ? undefined : state.terms[state.active]
    if (!term) return
    detail.element.hidden = true
    search.open(term.text)
  }

  function say(words: string): void {
    said.textContent = words
  }

  function act(action: Action): void {
    const term = state.active === undefined ? undefined : state.terms[state.active]
    switch (action.kind) {
      case 'move': {
        const by = { row: 1, page: grid.rowsPerPage, end: state.shown.length }[action.by]
        state.moveTo(state.at + action.direction * by)
        return update()
      }
      case 'pick': {
        const candidate = term?.candidates[action.place]
        return candidate && decide(candidate)
      }
      case 'accept': {
        // What a person chose and is no candidate stays chosen.
        const own = term && standingOf(term).isByPerson && term.person
        const isCandidate = own && term.candidates.some(({ id }) => id === own.id)
        const concept = own && !isCandidate ? own : term?.candidates[state.offered]
        return concept && decide(concept)
      }
      case 'next-best':
        state.offerNext()
        return update()
      case 'none':
        return decide(null)
      case 'search':
        return openSearch()
      case 'undo':
        return tell({ kind: 'undo' })
      case 'help':
        return help.showModal()
      case 'export':
        return tell({ kind: 'export' })
    }
  }

  document.addEventListener('keydown', (event) => {
    if (help.open || search.isOpen) return
    // A button that has the focus is pressed by Enter as everywhere.
    if (event.key === 'Enter' && event.target instanceof HTMLButtonElement) return
    const action = actionOf(event)
    if (!action) return
    event.preventDefault()
    act(action)
  })
  update()
  grid.element.focus()

  return (news) => {
    if (news.kind === 'found') search.found(news.text, news.items)
    if (news.kind === 'nothing-to-undo') say('There is no decision to take back.')
    if (news.kind !== 'undone') return
    state.restore(news.index, news.person)
    say(`Taken back: ${state.terms[news.index]!.text}.`)
    update()
  }
}

function filterButton(filter: Filter, onClick: () => void): HTMLButtonElement {
  return button([], onClick, { class: 'filter', 'data-filter': filter })
}

function fillFilter(
  target: HTMLElement,
  filter: Filter,
  { n, isOn }: { readonly n: number; readonly isOn: boolean },
): void {
  target.replaceChildren(FILTER_LABELS[filter], ' ', element('span', { class: 'count' }, count(n)))
  setAttributes(target, { 'aria-pressed': String(isOn) })
}

function emptyWords(filter: Filter): string {
  if (filter === 'review') return 'Nothing is left to review.'
  return filter === 'all' ? 'The column has no terms.' : `No term is under “${FILTER_LABELS[filter]}”.`
}

function helpDialog(closed: () => void): HTMLDialogElement {
  const rows = KEY_HELP.flatMap(([keys, meaning]) => [
    element('dt', {}, ...keys.map((key) => (key === '…' ? ' … ' : element('kbd', {}, key)))),
    element('dd', {}, meaning),
  ])
  const dialog = element(
    'dialog',
    { class: 'help', 'aria-label': 'Keys' },
    element('h2', {}, 'Keys'),
    element('dl', {}, ...rows),
    button(['Close'], () => dialog.close(), { class: 'primary' }),
  )
  dialog.addEventListener('close', closed)
  return dialog
}
