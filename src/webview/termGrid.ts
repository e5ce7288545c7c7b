/// <reference lib="dom" />
import type { ReviewTerm } from '../protocol/index.ts'
import { bar } from './conceptLines.ts'
import { element, icon, setAttributes } from './dom.ts'
import { standingOf, type ReviewState } from './reviewState.ts'
import { count, percent, standingLabel } from './words.ts'

/** Height of a row in CSS pixels, as in the style sheet. */
const ROW_PX = 28
/** Rows that are kept beyond each edge of what is seen. */
const SPARE = 8

/** The terms as a table of which only the rows in sight exist. */
export interface TermGrid {
  readonly element: HTMLElement
  /** Draws anew what may have changed, with the active row in sight. */
  readonly update: () => void
  readonly rowsPerPage: number
}

/** Makes the table. It keeps the focus itself and names its active row (`aria-activedescendant`). */
export function createTermGrid(state: ReviewState, onPick: (place: number) => void): TermGrid {
  const rows = element('div', { class: 'rows', role: 'rowgroup' })
  const body = element(
    'div',
    { class: 'grid', role: 'grid', tabindex: 0, 'aria-label': 'Terms', 'aria-colcount': 4 },
    headRow(),
    rows,
  )
  const pick = (event: MouseEvent): void => {
    const row = (event.target as Element).closest<HTMLElement>('[data-place]')
    if (row) onPick(Number(row.dataset['place']))
  }
  rows.addEventListener('mousedown', pick)

  const sight = () => Math.max(ROW_PX, body.clientHeight - ROW_PX)

  function draw(): void {
    const { shown, terms, at } = state
    const first = Math.max(0, Math.floor(body.scrollTop / ROW_PX) - SPARE)
    const last = Math.min(shown.length, Math.ceil((body.scrollTop + sight()) / ROW_PX) + SPARE)
    rows.replaceChildren(
      ...shown
        .slice(first, last)
        .map((index, i) => termRow(terms[index]!, { place: first + i, isActive: first + i === at })),
    )
    setAttributes(body, {
      'aria-rowcount': shown.length + 1,
      'aria-activedescendant': at < 0 ? undefined : rowId(at),
    })
  }

  function scrollToActive(): void {
    const top = state.at * ROW_PX
    if (state.at < 0) return
    if (top < body.scrollTop) body.scrollTop = top
    else if (top + ROW_PX > body.scrollTop + sight()) body.scrollTop = top + ROW_PX - sight()
  }

  function update(): void {
    // The height must be there before there is anything to scroll.
    rows.style.height = `${state.shown.length * ROW_PX}px`
    scrollToActive()
    draw()
  }

  body.addEventListener('scroll', draw)
  new ResizeObserver(update).observe(body)
  return {
    element: body,
    update,
    get rowsPerPage() {
      return Math.max(1, Math.floor(sight() / ROW_PX) - 1)
    },
  }
}

const rowId = (place: number): string => `row-${place}`

function headRow(): HTMLElement {
  const head = (name: string, label: string): HTMLElement =>
    element('span', { role: 'columnheader', class: name }, label)
  const sign = element('span', { role: 'columnheader', class: 'sign', 'aria-label': 'State' })
  const titles = [sign, head('term', 'Term'), head('concept', 'Concept'), head('probability', 'Probability')]
  return element('div', { role: 'row', class: 'row head', 'aria-rowindex': 1 }, ...titles)
}

function termRow(
  term: ReviewTerm,
  { place, isActive }: { readonly place: number; readonly isActive: boolean },
): HTMLElement {
  const standing = standingOf(term)
  const { decision, isByPerson, concept } = standing
  const label = standingLabel(standing)
  const sign = element(
    'span',
    { role: 'gridcell', class: `sign ${decision}`, title: label, 'aria-label': label },
    icon(decision),
  )
  const row = element(
    'div',
    {
      role: 'row',
      id: rowId(place),
      class: `row ${isByPerson ? 'by-person' : ''}`,
      'data-place': place,
      'aria-rowindex': place + 2,
      'aria-selected': String(isActive),
    },
    sign,
    termCell(term),
    conceptCell(concept, decision),
    probabilityCell(term, isByPerson),
  )
  row.style.top = `${place * ROW_PX}px`
  return row
}

function termCell({ text, context, nRows }: ReviewTerm): HTMLElement {
  const parts = [element('span', { class: 'name' }, text)]
  if (nRows > 1)
    parts.push(element('span', { class: 'muted', title: `in ${nRows} rows` }, `× ${count(nRows)}`))
  if (context !== undefined) parts.push(element('span', { class: 'muted aside' }, context))
  return element('span', { role: 'gridcell', class: 'term', title: text }, ...parts)
}

function conceptCell(
  concept: ReturnType<typeof standingOf>['concept'],
  decision: ReturnType<typeof standingOf>['decision'],
): HTMLElement {
  const name = concept?.name ?? 'no concept'
  const parts = [element('span', { class: concept ? 'name' : 'name muted' }, name)]
  if (concept) parts.push(element('span', { class: 'muted id' }, concept.shownId))
  const kind = decision === 'review' ? 'concept suggested' : 'concept'
  return element('span', { role: 'gridcell', class: kind, title: name }, ...parts)
}

function probabilityCell({ probability, candidates }: ReviewTerm, isByPerson: boolean): HTMLElement {
  const words = isByPerson ? 'by you' : candidates.length === 0 ? '' : percent(probability)
  const cell = element('span', { role: 'gridcell', class: 'probability' }, words)
  if (!isByPerson && candidates.length > 0) cell.append(bar(probability))
  return cell
}
