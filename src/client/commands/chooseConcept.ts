import { ThemeIcon, window, type QuickInputButton, type QuickPick, type QuickPickItem } from 'vscode'
import type { CandidateList, ConceptItem, DecisionScope, RangeParams } from '../../protocol/index.ts'
import { createConceptSearch } from '../conceptSearch.ts'
import type { Host } from '../host.ts'
import { decide } from './decide.ts'
import { rangeTarget } from './target.ts'

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
  keepOrder(quickPick)
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

/**
 * Keeps VS Code from sorting the items by where their labels hold what was typed. It understands the property but does
 * not declare it yet; an editor that does not know it sorts as it likes.
 */
function keepOrder(quickPick: QuickPick<Item> & { sortByLabel?: boolean }): void {
  quickPick.sortByLabel = false
}

/**
 * Shows the candidates until something is typed, then what the knowledge base has for it, in its order; "not a concept"
 * stays.
 */
function searchAsYouType(
  host: Host,
  quickPick: QuickPick<Item>,
  { candidates, uri }: { candidates: readonly Item[]; uri: string },
): void {
  const known = new Map(candidates.map((item) => [item.id, item]))
  const search = createConceptSearch(host, {
    uri,
    show(found) {
      const items = found.map((item) => ({ ...itemOf(item), ...knownPartsOf(known.get(item.id)) }))
      const none = known.get(undefined)
      quickPick.items = [...items.map((item) => ({ ...item, alwaysShow: true })), ...(none ? [none] : [])]
    },
    busy: (isBusy) => (quickPick.busy = isBusy),
  })
  quickPick.onDidChangeValue((text) => {
    if (text.trim() === '') quickPick.items = candidates
    search.type(text)
  })
  quickPick.onDidHide(() => search.stop())
}

/** What the list of candidates says of a concept, when it has it: that it is chosen, and how likely it is. */
const knownPartsOf = (item: Item | undefined): Partial<Item> =>
  item
    ? { label: item.label, ...(item.description === undefined ? {} : { description: item.description }) }
    : {}

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
