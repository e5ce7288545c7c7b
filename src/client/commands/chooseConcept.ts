import { ThemeIcon, window, type QuickInputButton, type QuickPick, type QuickPickItem } from 'vscode'
import type { CandidateList, ConceptItem, DecisionScope, RangeParams } from '../../protocol/index.ts'
import type { Host } from '../host.ts'
import { decide } from './decide.ts'
import { rangeTarget } from './target.ts'

const SEARCH_DELAY_MS = 150
const SEARCH_LIMIT = 40

interface ScopeButton extends QuickInputButton {
  readonly scope: DecisionScope
}

interface Item extends QuickPickItem {
  /** Absent: not a concept. */
  readonly id?: string
}

const EVERYWHERE: readonly ScopeButton[] = [
  { scope: 'document', iconPath: new ThemeIcon('file'), tooltip: 'Everywhere in this document' },
  { scope: 'project', iconPath: new ThemeIcon('folder'), tooltip: 'Everywhere in this project' },
]

const NONE: Item = { label: '$(circle-slash) Not a concept', alwaysShow: true, buttons: [...EVERYWHERE] }

/** Lets the author choose among the candidates, or search the whole knowledge base as one types. */
export async function chooseConcept(host: Host, argument?: unknown): Promise<void> {
  const target = rangeTarget(host, argument)
  if (!target) return
  const list = await host.request('conceptLens/candidates', target)
  if (!list) {
    void window.showInformationMessage(
      'ConceptLens: there is no text to link here. Select the words of a concept first.',
    )
    return
  }
  const picked = await pick(host, target, list)
  if (!picked) return
  const { scope, id } = picked
  await decide(host, { uri: target.uri, range: list.range, scope, ...(id === undefined ? {} : { id }) })
}

interface Picked {
  readonly id?: string
  readonly scope: DecisionScope
}

function pick(host: Host, target: RangeParams, list: CandidateList): Promise<Picked | undefined> {
  const quickPick = window.createQuickPick<Item>()
  quickPick.title = `Concept for “${list.text}”`
  quickPick.placeholder = 'Choose a candidate, or type to search the knowledge base. Enter: here only.'
  quickPick.matchOnDescription = true
  quickPick.matchOnDetail = true
  const candidates = [
    ...list.items.map((item) => itemOf(item, list.chosen)),
    ...(list.isMention ? [NONE] : []),
  ]
  quickPick.items = candidates
  searchAsYouType(host, quickPick, { candidates, uri: target.uri })
  return new Promise((resolve) => {
    const done = (item: Item | undefined, scope: DecisionScope): void => {
      resolve(item && { scope, ...(item.id === undefined ? {} : { id: item.id }) })
      quickPick.hide()
    }
    quickPick.onDidAccept(() => done(quickPick.selectedItems[0], 'here'))
    quickPick.onDidTriggerItemButton(({ item, button }) => done(item, (button as ScopeButton).scope))
    quickPick.onDidHide(() => {
      resolve(undefined)
      quickPick.dispose()
    })
    quickPick.show()
  })
}

function searchAsYouType(
  host: Host,
  quickPick: QuickPick<Item>,
  { candidates, uri }: { candidates: readonly Item[]; uri: string },
): void {
  let timer: NodeJS.Timeout | undefined
  const search = async (text: string): Promise<void> => {
    const found = await host.request('conceptLens/search', { text, limit: SEARCH_LIMIT, uri })
    if (quickPick.value !== text) return
    const known = new Set(candidates.map((item) => item.id))
    const others = found.filter(({ id }) => !known.has(id)).map((item) => itemOf(item))
    quickPick.items = [...candidates, ...others.map((item) => ({ ...item, alwaysShow: true }))]
    quickPick.busy = false
  }
  quickPick.onDidChangeValue((text) => {
    clearTimeout(timer)
    quickPick.busy = text !== ''
    if (text === '') quickPick.items = candidates
    else timer = setTimeout(() => void search(text).catch(() => (quickPick.busy = false)), SEARCH_DELAY_MS)
  })
  quickPick.onDidHide(() => clearTimeout(timer))
}

function itemOf(item: ConceptItem, chosen?: string): Item {
  const matched = item.matched === undefined ? '' : `“${item.matched}”`
  return {
    id: item.id,
    label: item.id === chosen ? `$(check) ${item.name}` : item.name,
    description: [item.shownId, item.probability].filter(Boolean).join(' · '),
    detail: [item.types.join(', '), matched].filter(Boolean).join(' · '),
    buttons: [...EVERYWHERE],
  }
}
