import { basename } from 'node:path'
import type {
  DescribedKnowledgeBase,
  GroupCount,
  KnowledgeBaseDescription,
  SourceOfKnowledge,
} from '../../protocol/index.ts'
import type { KnowledgeBaseFolder } from './library.ts'

/** A knowledge base as the list shows it. */
export interface ListedKnowledgeBase extends KnowledgeBaseFolder {
  /** Its name, or its folder's when it cannot be read. */
  readonly label: string
  /** What stands behind the name, for eyes: version, size, whether it is in use. */
  readonly description: string
  readonly isActive: boolean
  /** What it holds; absent when it cannot be used. */
  readonly content?: KnowledgeBaseDescription
  readonly problem?: string
}

/** A line below a knowledge base. */
export interface Detail {
  readonly label: string
  readonly description: string
  readonly tooltip?: string
  /** Lines below this one; absent for a line that does not open. */
  readonly details?: readonly Detail[]
}

/** Joins what is known of the folders with what the server says they hold. */
export function entriesOf(
  folders: readonly KnowledgeBaseFolder[],
  described: readonly DescribedKnowledgeBase[],
  active: string,
): readonly ListedKnowledgeBase[] {
  const byPath = new Map(described.map((one) => [one.path, one]))
  return folders.map((folder) => entryOf(folder, byPath.get(folder.path), folder.path === active))
}

function entryOf(
  folder: KnowledgeBaseFolder,
  found: DescribedKnowledgeBase | undefined,
  isActive: boolean,
): ListedKnowledgeBase {
  const inUse = isActive ? ['in use'] : []
  if (!found || 'problem' in found) {
    const problem = found?.problem ?? 'Its folder was not looked at; refresh the list.'
    const label = folder.origin?.name ?? basename(folder.path)
    return { ...folder, label, description: ['cannot be used', ...inUse].join(' · '), isActive, problem }
  }
  const { name, version, nConcepts } = found
  const parts = [...inUse, version, `${number(nConcepts)} concepts`]
  const description = parts.filter((part) => part !== '').join(' · ')
  // Its whole name would leave no room in a narrow side bar for what stands behind it.
  const label = folder.place === 'starter' ? 'Starter' : name
  return { ...folder, label, description, isActive, content: found }
}

/** Whether it is known what a knowledge base was made from. */
export function canUpdate({ origin }: Pick<KnowledgeBaseFolder, 'origin'>): boolean {
  return origin !== undefined && origin.sources.length + origin.ontologies.length > 0
}

/** Words by which package.json tells which actions an entry has. */
export function contextOf(entry: ListedKnowledgeBase): string {
  return [
    entry.place,
    entry.isActive ? 'active' : 'inactive',
    ...(canUpdate(entry) ? ['updatable'] : []),
    ...(entry.problem === undefined ? ['usable'] : []),
  ].join(' ')
}

/** What a knowledge base holds, line by line; one that cannot be used says why. */
export function detailsOf({ content, problem, path }: ListedKnowledgeBase): readonly Detail[] {
  const folder: readonly Detail[] = path === '' ? [] : [{ label: 'Folder', description: path, tooltip: path }]
  if (!content) return [{ label: 'Problem', description: problem ?? '', tooltip: problem ?? '' }, ...folder]
  const { version, nConcepts, nNames, sizeBytes, sources } = content
  return [
    { label: 'Version', description: version === '' ? 'not given' : version },
    { label: 'Concepts', description: number(nConcepts) },
    { label: 'Names', description: number(nNames) },
    { label: 'Size on disk', description: size(sizeBytes) },
    { label: 'Sources', description: number(sources.length), details: sources.map(sourceDetail) },
    ...folder,
  ]
}

function sourceDetail({ name, title, version, licence, nConcepts, nNames }: SourceOfKnowledge): Detail {
  const terms = licence === '' ? 'licence not given' : licence
  const parts = [version, `${number(nConcepts)} concepts`, `${number(nNames)} names`, terms]
  const description = parts.filter((part) => part !== '').join(' · ')
  const details = [
    { label: 'Title', description: title },
    { label: 'Version', description: version === '' ? 'not given' : version },
    { label: 'Concepts', description: number(nConcepts) },
    { label: 'Names', description: number(nNames) },
    { label: 'Licence', description: terms, tooltip: terms },
  ]
  return { label: name, description, tooltip: `${title}: ${description}`, details }
}

/** Lines of the statistics by semantic group, the largest first; shares are of all concepts. */
export function groupDetails(groups: readonly GroupCount[], nConcepts: number): readonly Detail[] {
  return groups
    .toSorted((a, b) => b.nConcepts - a.nConcepts || a.label.localeCompare(b.label))
    .map(({ group, label, nConcepts: n }) => ({
      label,
      description: [group, number(n), percent(n, nConcepts)].filter((part) => part !== '').join(' · '),
    }))
}

function percent(part: number, whole: number): string {
  if (whole === 0) return ''
  const share = (100 * part) / whole
  return share > 0 && share < 0.1 ? '< 0.1 %' : `${share.toFixed(1)} %`
}

/** Bytes for people: `12.3 MB`. */
export function size(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`
}

const number = (value: number): string => value.toLocaleString('en')
