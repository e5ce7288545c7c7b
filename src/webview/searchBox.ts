/// <reference lib="dom" />
import type { ConceptItem, ReviewConcept } from '../protocol/index.ts'
import { element, icon, setAttributes } from './dom.ts'

/** Somebody who types fast does so every 100 to 200 ms. */
const DELAY_MS = 120

export interface SearchActions {
  /** Asks for what a text finds; the answer comes by `found`. */
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
  let timer: ReturnType<typeof setTimeout> | undefined

  function close(): void {
    clearTimeout(timer)
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
    clearTimeout(timer)
    status.textContent = input.value.trim() === '' ? '' : 'Searching…'
    timer = setTimeout(() => actions.ask(input.value), DELAY_MS)
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
      items = []
      at = 0
      draw()
      ask()
      input.focus()
      input.select()
    },
    found(text: string, some: readonly ConceptItem[]): void {
      if (text !== input.value) return
      items = some
      at = 0
      status.textContent = some.length === 0 && text.trim() !== '' ? 'Nothing found.' : ''
      draw()
    },
  }
}

function foundItem({ name, shownId, types, matched }: ConceptItem, place: number, isActive: boolean) {
  const lines = [
    element('span', { class: 'name' }, name),
    element('span', { class: 'muted' }, [shownId, ...types].join(' · ')),
    ...(matched === undefined ? [] : [element('span', { class: 'muted' }, `known as “${matched}”`)]),
  ]
  return element(
    'li',
    { role: 'option', id: `found-${place}`, 'data-place': place, 'aria-selected': String(isActive) },
    ...lines,
  )
}
