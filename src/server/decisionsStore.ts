import { ConceptLensError, type Problem } from '../core/index.ts'
import {
  addDecision,
  readDecisions,
  removeDecision,
  writeDecisions,
  type Decision,
  type DecisionFile,
} from '../linking/index.ts'
import type { FileAccess, Messages } from './ports.ts'

/** Where decisions are kept, below the folder that they are for. */
const FILE = '.conceptlens/decisions.jsonl'
const GIT_LINE = `${FILE} merge=union`

/** What a caller says of a new decision; the store adds where and when. */
export type NewDecision = DistributiveOmit<Decision, 'file' | 'created'>
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never

/**
 * The author's decisions: read from and written to `.conceptlens/decisions.jsonl` of the workspace folder that holds the
 * document, else of the document's own folder. Decisions on documents without a place on disk live in memory.
 * Lines that cannot be read are reported, and stay in the file as they are.
 */
export interface DecisionsStore {
  /** The decisions kept where those on a document are, those on other documents included. */
  for(uri: string): readonly Decision[]
  /** Keeps a decision; it replaces one on the same words in the same scope. Throws `ConceptLensError` when it cannot be written. */
  add(uri: string, decision: NewDecision): void
  /** Takes back the latest decision on a document that `matches`; restores what it had replaced. `undefined`: there is none. */
  undo(uri: string, matches?: (decision: Decision) => boolean): Decision | undefined
  /** Gives the decisions on an unsaved document to the file that it was saved as. */
  move(from: string, to: string): void
  /** Whether a URI is that of a file of decisions. */
  isStore(uri: string): boolean
}

/** What the store needs. */
export interface DecisionsParts {
  readonly files: FileAccess
  readonly messages: Messages
  /** URIs of the workspace folders, as they are now. */
  readonly folders: () => readonly string[]
  /** The time, ISO 8601 in UTC. */
  readonly now: () => string
  /** The folder is a git repository that would not merge decisions line by line. */
  readonly onUnmerged: (offer: { readonly file: string; readonly line: string }) => void
}

/** The decisions of one folder, or of documents that have none. */
interface Shelf {
  stamp: string | undefined
  content: DecisionFile
  readonly undoable: Change[]
}

interface Change {
  readonly added: Decision
  readonly replaced: readonly Decision[]
}

const EMPTY: DecisionFile = { decisions: [], damaged: [] }

/** Makes a {@link DecisionsStore}. */
export function createDecisionsStore(parts: DecisionsParts): DecisionsStore {
  const shelves = new Map<string, Shelf>()

  /** The folder that keeps decisions on a document, with a slash at its end; `undefined` for memory. */
  function homeOf(uri: string): string | undefined {
    if (!parts.files.canWrite(uri)) return undefined
    const folders = parts.folders().map((folder) => (folder.endsWith('/') ? folder : `${folder}/`))
    const holding = folders.filter((folder) => uri.startsWith(folder)).sort((a, b) => b.length - a.length)[0]
    return holding ?? uri.slice(0, uri.lastIndexOf('/') + 1)
  }

  function shelfOf(home: string | undefined): Shelf {
    const shelf = shelves.get(home ?? '') ?? { stamp: undefined, content: EMPTY, undoable: [] }
    shelves.set(home ?? '', shelf)
    if (home === undefined) return shelf
    const stamp = parts.files.stamp(home + FILE)
    if (stamp !== shelf.stamp) load(shelf, home, stamp)
    return shelf
  }

  function load(shelf: Shelf, home: string, stamp: string | undefined): void {
    const text = stamp === undefined ? '' : parts.files.read(home + FILE)
    if (text === undefined) {
      const message = `${decodeURI(home + FILE)} is not a text in UTF-8. Decisions are not read or written until it is mended or removed.`
      throw new ConceptLensError('decisions-unreadable', message)
    }
    const { value, problems } = readDecisions(text)
    shelf.stamp = stamp
    shelf.content = value
    report(home, problems)
  }

  function report(home: string, problems: readonly Problem[]): void {
    const [first] = problems
    if (!first) return
    const file = decodeURI(home + FILE)
    for (const { message } of problems) parts.messages.warn(`${file}: ${message}`)
    const more = problems.length > 1 ? ` There are ${problems.length - 1} more such lines; see the log.` : ''
    parts.messages.show('warning', `${file}: ${first.message}${more}`)
  }

  function save(home: string | undefined, shelf: Shelf, content: DecisionFile): void {
    if (home !== undefined) {
      const file = home + FILE
      try {
        parts.files.write(file, writeDecisions(content))
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        const message = `The decision could not be written to ${decodeURI(file)}: ${reason}. Nothing was changed; make the folder writable or free some space, and decide again.`
        throw new ConceptLensError('decisions-not-written', message, { cause: error })
      }
      shelf.stamp = parts.files.stamp(file)
    }
    shelf.content = content
  }

  function offerMerge(home: string | undefined): void {
    if (home === undefined || parts.files.stamp(`${home}.git`) === undefined) return
    const file = `${home}.gitattributes`
    if (!(parts.files.read(file) ?? '').includes(FILE)) parts.onUnmerged({ file, line: GIT_LINE })
  }

  const store: DecisionsStore = {
    for: (uri) => shelfOf(homeOf(uri)).content.decisions,
    add(uri, decision) {
      const home = homeOf(uri)
      const shelf = shelfOf(home)
      const added: Decision = { ...decision, file: nameIn(home, uri), created: parts.now() }
      const content = addDecision(shelf.content, added)
      const replaced = shelf.content.decisions.filter((other) => !content.decisions.includes(other))
      save(home, shelf, content)
      shelf.undoable.push({ added, replaced })
      offerMerge(home)
    },
    undo(uri, matches = () => true) {
      const home = homeOf(uri)
      const shelf = shelfOf(home)
      const name = nameIn(home, uri)
      const latest = shelf.content.decisions
        .filter((decision) => (decision.file === name || decision.scope === 'project') && matches(decision))
        .reduce<Decision | undefined>((a, b) => (a !== undefined && a.created > b.created ? a : b), undefined)
      if (!latest) return undefined
      const change = shelf.undoable.findLast(({ added }) => added.created === latest.created)
      save(home, shelf, (change?.replaced ?? []).reduce(addDecision, removeDecision(shelf.content, latest)))
      if (change) shelf.undoable.splice(shelf.undoable.indexOf(change), 1)
      return latest
    },
    move(from, to) {
      const memory = shelfOf(undefined)
      for (const decision of memory.content.decisions.filter(({ file }) => file === from)) {
        store.add(to, decision)
        memory.content = removeDecision(memory.content, decision)
      }
    },
    isStore: (uri) => uri.endsWith(`/${FILE}`),
  }
  return store
}

/** A document's name in the file of decisions: its path below the home, readable; without a home its URI. */
function nameIn(home: string | undefined, uri: string): string {
  return home !== undefined && uri.startsWith(home) ? decodeURIComponent(uri.slice(home.length)) : uri
}
