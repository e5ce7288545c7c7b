/// <reference lib="dom" />
import type { PassageTrace } from '../../protocol/index.ts'
import { button, element } from '../dom.ts'
import { duration, pathOf, tableOf, type StageView, type StepView } from './path.ts'

/** Draws a passage's way: its stages on the left, what the chosen one gave on the right. */
export function showTrace(root: HTMLElement, trace: PassageTrace, copy: () => void): void {
  const path = pathOf(trace)
  const detail = element('section', {
    class: 'detail',
    'aria-live': 'polite',
    tabindex: 0,
  })
  const boxes = new Map<StageView, HTMLButtonElement>()
  const choose = (stage: StageView): void => {
    for (const [one, box] of boxes) box.setAttribute('aria-current', String(one === stage))
    detail.replaceChildren(...detailOf(stage))
    detail.scrollTop = 0
  }
  const steps = path.map((step) =>
    stepOf(step, trace.ms, (stage, box) => {
      boxes.set(stage, box)
      box.addEventListener('click', () => choose(stage))
    }),
  )
  const nav = element(
    'nav',
    { class: 'path', 'aria-label': 'Stages, in the order of the pipeline' },
    ...steps,
  )
  nav.addEventListener('keydown', (event) => moveBy(event, [...boxes.values()]))
  root.replaceChildren(headerOf(trace, copy), element('div', { class: 'columns' }, nav, detail))
  const first = path.find(({ stages }) => stages.some(({ kind }) => kind === 'judge')) ?? path[0]
  if (first?.stages[0]) choose(first.stages[0])
  root.onkeydown = (event) => {
    if (event.key === 'c' && !event.ctrlKey && !event.metaKey && !event.altKey) copy()
  }
}

function headerOf({ text, ms }: PassageTrace, copy: () => void): HTMLElement {
  return element(
    'header',
    {},
    element('h1', {}, 'The way of this passage'),
    element('span', { class: 'muted' }, duration(ms)),
    button(['Copy JSON ', element('kbd', {}, 'C')], copy, { class: 'copy' }),
    element('p', { class: 'passage' }, text),
  )
}

function stepOf(
  step: StepView,
  wholeMs: number,
  add: (stage: StageView, box: HTMLButtonElement) => void,
): HTMLElement {
  const boxes = step.stages.map((stage) => {
    const box = boxOf(stage, wholeMs)
    add(stage, box)
    return box
  })
  return element('section', { class: 'step' }, element('h2', { title: step.meaning }, step.title), ...boxes)
}

/** A stage with its name, what came out of it, its time, and where that lies in the whole. */
function boxOf(stage: StageView, wholeMs: number): HTMLButtonElement {
  const bar = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  for (const [key, value] of [
    ['viewBox', '0 0 100 3'],
    ['preserveAspectRatio', 'none'],
    ['class', 'bar'],
    ['aria-hidden', 'true'],
  ] as const)
    bar.setAttribute(key, value)
  const rect = document.createElementNS('http://www.w3.org/2000/svg', 'rect')
  const share = (ms: number): number => (100 * ms) / Math.max(wholeMs, 0.001)
  const width = Math.max(0.7, share(stage.ms))
  for (const [key, value] of [
    ['x', Math.min(share(stage.startMs), 100 - width)],
    ['width', width],
    ['height', 3],
    ['y', 0],
  ] as const)
    rect.setAttribute(key, String(value))
  bar.append(rect)
  return button(
    [
      element('span', { class: 'name' }, stage.name),
      element('span', { class: 'time' }, duration(stage.ms)),
      element(
        'span',
        { class: stage.isSilent ? 'traffic silent' : 'traffic' },
        stage.isSilent ? 'could not say' : stage.traffic,
      ),
      bar,
    ],
    () => undefined,
    { class: 'stage' },
  )
}

function detailOf(stage: StageView): Node[] {
  const { head, rows } = tableOf(stage.records)
  const cells = (name: 'th' | 'td', values: readonly string[]): HTMLElement[] =>
    values.map((value) => element(name, name === 'th' ? { scope: 'col' } : {}, ...linesOf(value)))
  const table = element(
    'table',
    {},
    element('thead', {}, element('tr', {}, ...cells('th', head))),
    element('tbody', {}, ...rows.map((row) => element('tr', {}, ...cells('td', row)))),
  )
  const nCalls = stage.records.length
  const calls = nCalls > 1 ? `, ${String(nCalls)} calls` : ''
  return [
    element('h2', {}, stage.name),
    element('p', { class: 'muted' }, `${stage.traffic}, ${duration(stage.ms)}${calls}`),
    rows.length > 0 ? table : element('p', { class: 'muted' }, 'Nothing.'),
  ]
}

/** Lines of their own where there are several, so that what wraps can be told from what follows. */
function linesOf(value: string): (string | HTMLElement)[] {
  const lines = value.split('\n')
  return lines.length > 1 ? lines.map((line) => element('div', {}, line)) : [value]
}

/** Arrows go from stage to stage. */
function moveBy(event: KeyboardEvent, boxes: readonly HTMLButtonElement[]): void {
  const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
  const at = boxes.findIndex((box) => box === document.activeElement)
  const next = boxes[Math.min(boxes.length - 1, Math.max(0, at + by))]
  if (by === 0 || !next) return
  event.preventDefault()
  next.focus()
  next.click()
}
