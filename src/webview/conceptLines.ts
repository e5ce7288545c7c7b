/// <reference lib="dom" />
import type { ConceptItem } from '../protocol/index.ts'
import { element } from './dom.ts'

/** A concept in two or three lines: its name; id and types; the name it was found by, where that is another one. */
export function conceptLines({ name, shownId, types, matched }: ConceptItem): readonly HTMLElement[] {
  return [
    element('span', { class: 'name' }, name),
    element('span', { class: 'muted' }, [shownId, ...types].join(' · ')),
    ...(matched === undefined ? [] : [element('span', { class: 'muted' }, `known as “${matched}”`)]),
  ]
}

/** A share as a line of that length. */
export function bar(share: number): HTMLElement {
  const fill = element('span', { class: 'fill' })
  fill.style.width = `${Math.round(100 * share)}%`
  return element('span', { class: 'bar', 'aria-hidden': 'true' }, fill)
}
