/** What a key means while the table has the focus. */
export type Action =
  | { readonly kind: 'move'; readonly by: 'row' | 'page' | 'end'; readonly direction: 1 | -1 }
  /** A candidate by its place, from 0. */
  | { readonly kind: 'pick'; readonly place: number }
  | { readonly kind: 'accept' | 'next-best' | 'none' | 'search' | 'undo' | 'help' | 'export' }

const move = (by: 'row' | 'page' | 'end', direction: 1 | -1): Action => ({ kind: 'move', by, direction })

const ACTIONS: Readonly<Record<string, Action>> = {
  ArrowDown: move('row', 1),
  ArrowUp: move('row', -1),
  PageDown: move('page', 1),
  PageUp: move('page', -1),
  End: move('end', 1),
  Home: move('end', -1),
  Enter: { kind: 'accept' },
  a: { kind: 'accept' },
  n: { kind: 'next-best' },
  x: { kind: 'none' },
  s: { kind: 'search' },
  '/': { kind: 'search' },
  u: { kind: 'undo' },
  e: { kind: 'export' },
  '?': { kind: 'help' },
}

/** A key as an event of the browser names it; with Ctrl, Alt or Meta it is the editor's. */
export function actionOf(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'altKey' | 'metaKey'>,
): Action | undefined {
  if (event.ctrlKey || event.altKey || event.metaKey) return undefined
  if (/^[1-9]$/.test(event.key)) return { kind: 'pick', place: Number(event.key) - 1 }
  return ACTIONS[event.key]
}

/** The keys, for people who ask. */
export const KEY_HELP: readonly (readonly [keys: readonly string[], meaning: string])[] = [
  [['↑', '↓'], 'go from term to term'],
  [['Enter', 'A'], 'accept the concept that is offered'],
  [['N'], 'offer the next best one'],
  [['1', '…', '8'], 'take a candidate by its number'],
  [['X'], 'no concept is meant'],
  [['S', '/'], 'search in the knowledge base'],
  [['U'], 'undo the last decision'],
  [['E'], 'export'],
  [['?'], 'show these keys'],
]
