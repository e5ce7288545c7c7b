import {
  EventEmitter,
  MarkdownString,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  type Event,
  type ProviderResult,
  type TreeDataProvider,
} from 'vscode'
import type { GroupCount } from '../../protocol/index.ts'
import { describe, type Entry } from './list.ts'
import { contextOf, detailsOf, groupDetails, size, type Detail } from './model.ts'
import type { KnowledgeBaseParts } from './parts.ts'
import { runTask } from './runTask.ts'

/** A line of the view: a knowledge base, a line below it, or its statistics, which are counted when they are opened. */
export type Line =
  | ({ readonly kind: 'knowledgeBase' } & Entry)
  | ({ readonly kind: 'detail' } & Detail)
  | { readonly kind: 'groups'; readonly entry: Entry }

/** The list of knowledge bases, with what each holds. */
export interface KnowledgeBasesView extends TreeDataProvider<Line> {
  refresh(): void
  dispose(): void
}

/** Makes the view's content. Counting concepts by group reads the whole knowledge base, so it is done elsewhere and once. */
export function createView(parts: KnowledgeBaseParts): KnowledgeBasesView {
  const changed = new EventEmitter<void>()
  const onDidChangeTreeData: Event<void> = changed.event
  const counted = new Map<string, Promise<readonly Line[]>>()

  function groupsOf(entry: Entry): Promise<readonly Line[]> {
    const { path, content } = entry
    const key = JSON.stringify([path, content])
    const known = counted.get(key)
    if (known) return known
    const counting = countGroups(parts, entry)
    counted.set(key, counting)
    counting.catch(() => counted.delete(key))
    return counting
  }

  return {
    onDidChangeTreeData,
    getTreeItem: (line) => itemOf(line),
    getChildren: (line): ProviderResult<Line[]> => childrenOf(line).then((lines) => [...lines]),
    refresh: () => changed.fire(),
    dispose: () => changed.dispose(),
  }

  async function childrenOf(line: Line | undefined): Promise<readonly Line[]> {
    switch (line?.kind) {
      case undefined:
        return (await describe(parts)).map((entry) => ({ kind: 'knowledgeBase', ...entry }))
      case 'knowledgeBase': {
        const groups: readonly Line[] = line.content ? [{ kind: 'groups', entry: line }] : []
        return [...detailsOf(line).map(detailLine), ...groups]
      }
      case 'detail':
        return (line.details ?? []).map(detailLine)
      case 'groups':
        return groupsOf(line.entry)
    }
  }
}

async function countGroups(parts: KnowledgeBaseParts, { path, content }: Entry): Promise<readonly Line[]> {
  const args = ['kb', 'info', parts.folderOf(path), '--groups', '--json']
  const done = await runTask({ script: parts.script, args })
  const groups = (done?.result ?? []) as readonly GroupCount[]
  return groupDetails(groups, content?.nConcepts ?? 0).map(detailLine)
}

const detailLine = (detail: Detail): Line => ({ kind: 'detail', ...detail })

function itemOf(line: Line): TreeItem {
  switch (line.kind) {
    case 'knowledgeBase':
      return knowledgeBaseItem(line)
    case 'groups':
      return new TreeItem('Semantic groups', TreeItemCollapsibleState.Collapsed)
    case 'detail': {
      const { Collapsed, None } = TreeItemCollapsibleState
      const item = new TreeItem(line.label, line.details?.length ? Collapsed : None)
      item.description = line.description
      item.tooltip = line.tooltip ?? `${line.label}: ${line.description}`
      return item
    }
  }
}

function knowledgeBaseItem(entry: Entry): TreeItem {
  const item = new TreeItem(entry.label, TreeItemCollapsibleState.Collapsed)
  item.id = `knowledge base ${entry.path}`
  item.description = entry.description
  item.contextValue = contextOf(entry)
  item.iconPath = new ThemeIcon(entry.problem ? 'warning' : entry.isActive ? 'check' : 'database')
  item.tooltip = tooltipOf(entry)
  item.accessibilityInformation = { label: `${entry.label}, ${entry.description}` }
  return item
}

function tooltipOf({ label, content, problem, path }: Entry): MarkdownString {
  const text = new MarkdownString()
  text.appendText(
    problem ?? `${content?.name ?? label} ${content?.version ?? ''}, ${size(content?.sizeBytes ?? 0)}`,
  )
  for (const { name, licence } of content?.sources ?? [])
    text.appendText(`\n${name}: ${licence === '' ? 'licence not given' : licence}`)
  if (path !== '') text.appendText(`\n${path}`)
  return text
}
