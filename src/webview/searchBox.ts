/// <reference lib="dom" />
import type { ConceptItem, ReviewConcept } from '../protocol/index.ts'
import { conceptLines } from './conceptLines.ts'
import { element, icon, setAttributes } from './dom.ts'

export interface SearchActions {
  /** What is typed now is this; what it finds comes by `found`. */
  ask(text: string): void
  take(concept: ReviewConcept): void
  /** Closed; the focus belongs to the table again. */
  closed(): void
}

/** A search in the whole knowledge base, over the candidates: a combobox whose list is always open. */
export function createSearchBox(actions: SearchActions) {
  const list = element('ul', { class: 'found', role: 'listbox', id: 'found', 'aria-label': 'Concepts found' })
  const input = element('input', {
    type: 'text',
    role: 'combobox',
    'aria-label': 'Search the knowledge base',
    'aria-expanded': 'true',
    'aria-controls': 'found',
    'aria-autocomplete': 'list',
    placeholder: 'Name or id of a concept',
    spellcheck: 'false',
  })
  const status = element('p', { class: 'muted', role: 'status' })
  const box = element(
    'section',
    { class: 'search', hidden: true, 'aria-label': 'Search' },
    element('div', { class: 'field' }, icon('search'), input),
    status,
    list,
  )
  let items: readonly ConceptItem[] = []
  let at = 0

  function close(): void {
    box.hidden = true
    actions.closed()
  }
  function take(item: ConceptItem | undefined): void {
    if (!item) return
    close()
    actions.take({ id: item.id, shownId: item.shownId, name: item.name })
  }
  function draw(): void {
    list.replaceChildren(...items.map((item, i) => foundItem(item, i, i === at)))
    setAttributes(input, { 'aria-activedescendant': items.length === 0 ? undefined : `found-${at}` })
    list.children[at]?.scrollIntoView({ block: 'nearest' })
  }
  function ask(): void {
    const isEmpty = input.value.trim() === ''
    status.textContent = isEmpty ? '' : 'Searching…'
    if (isEmpty) show([])
    actions.ask(input.value)
  }
  function show(some: readonly ConceptItem[]): void {
    items = some
    at = 0
    draw()
  }
  input.addEventListener('input', ask)
  input.addEventListener('keydown', (event) => {
    event.stopPropagation()
    if (event.key === 'Escape') close()
    else if (event.key === 'Enter') take(items[at])
    else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      at = Math.min(Math.max(0, at + (event.key === 'ArrowDown' ? 1 : -1)), items.length - 1)
      draw()
    }
  })
  // Before the field loses the focus.
  list.addEventListener('mousedown', (event) => {
    const row = (event.target as Element).closest<HTMLElement>('[data-place]')
    event.preventDefault()
    if (row) take(items[Number(row.dataset['place'])])
  })
  return {
    element: box,
    get isOpen() {
      return !box.hidden
    },
    close,
    /** Opens it with a text, which is looked for at once. */
    open(text: string): void {
      box.hidden = false
      input.value = text
      show([])
      ask()
      input.focus()
      input.select()
    },
    found(text: string, some: readonly ConceptItem[]): void {
      if (text !== input.value) return
      status.textContent = some.length === 0 ? 'Nothing found.' : ''
      show(some)
    },
  }
}

function foundItem(item: ConceptItem, place: number, isActive: boolean): HTMLElement {
  return element(
    'li',
    { role: 'option', id: `found-${place}`, 'data-place': place, 'aria-selected': String(isActive) },
    ...conceptLines(item),
  )
}
