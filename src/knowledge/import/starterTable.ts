import * as v from 'valibot'
import {
  ConceptLensError,
  type Definition,
  type Name,
  type NameKind,
  type Problem,
} from '../../core/index.ts'
import { NAME_KINDS } from '../store/format.ts'
import {
  cleaned,
  values,
  type ConceptDraft,
  type ImportSink,
  type SourceDescription,
  type StoreTitle,
} from './draft.ts'
import { lineBatches } from './lines.ts'
import type { SourceKind } from './sourceKind.ts'

/** How a concepts table begins. */
const STARTER_MAGIC = '#conceptlens-kb\t'

const TABLE_VERSION = '1'

const headerSchema = v.object({
  name: v.string(),
  version: v.string(),
  sources: v.array(
    v.object({ name: v.string(), title: v.string(), version: v.string(), licence: v.string() }),
  ),
})

interface Header {
  readonly title: StoreTitle
  readonly sources: readonly SourceDescription[]
}

/** Reads the first line of a concepts table: `#conceptlens-kb`, the table's version, and JSON. */
function starterHeader(path: string, beginning: string): Header {
  const [, version, json] = (beginning.split(/\r?\n/, 1)[0] ?? '').split('\t')
  if (version !== TABLE_VERSION)
    throw new ConceptLensError(
      'kb-other-table-version',
      `${path} is a concepts table of version ${String(version)}; this program reads version ${TABLE_VERSION}.`,
    )
  try {
    const { name, version: release, sources } = v.parse(headerSchema, JSON.parse(json ?? ''))
    return { title: { name, version: release }, sources }
  } catch (cause) {
    throw new ConceptLensError(
      'kb-bad-table-header',
      `The first line of ${path} must end with JSON that has name, version and sources (name, title, version, licence).`,
      { cause },
    )
  }
}

/** A concepts table, as the recipe of the starter knowledge base writes it. */
export const starterTableKind: SourceKind = {
  what: 'a concepts table (first line "#conceptlens-kb")',
  open(path, beginning) {
    if (!beginning.startsWith(STARTER_MAGIC)) return undefined
    const header = starterHeader(path, beginning)
    return { path, title: header.title, read: (sink) => readStarterTable(path, header, sink) }
  },
}

interface OpenConcept {
  readonly draft: ConceptDraft & { names: Name[]; definitions: Definition[] }
  readonly line: number
}

/**
 * Reads a concepts table: a line `C id TUIs groups parents xrefs` for each concept, then its names
 * `N kind source count text`, preferred first, and definitions `D source text`; tabs between, `|` inside.
 */
async function readStarterTable(path: string, header: Header, sink: ImportSink): Promise<void> {
  for (const source of header.sources) sink.source(source)
  let open: OpenConcept | undefined
  let number = 0
  const problem = (code: string, message: string, line: number): void =>
    sink.problem({ code, severity: 'warning', message, file: path, line } satisfies Problem)
  const finish = (): void => {
    if (!open) return
    if (open.draft.names.length > 0) sink.concept(open.draft)
    else problem('kb-concept-without-name', `${open.draft.id} has no name and was left out.`, open.line)
  }
  for await (const lines of lineBatches(path, (n) => sink.advance(n))) {
    for (const line of lines) {
      number += 1
      if (line === '' || line.startsWith('#')) continue
      const cells = line.split('\t')
      const next = cells[0] === 'C' ? conceptOf(cells) : undefined
      if (next) {
        finish()
        open = { draft: next, line: number }
      } else if (!addTo(open, cells))
        problem('kb-bad-row', `"${line.slice(0, 60)}" is not a concept, name or definition.`, number)
    }
  }
  finish()
}

function conceptOf([, id, types, groups, parents, xrefs]: readonly string[]):
  OpenConcept['draft'] | undefined {
  if (!id) return undefined
  return {
    id,
    types: values(types),
    groups: values(groups),
    parents: values(parents),
    xrefs: values(xrefs),
    names: [],
    definitions: [],
  }
}

function addTo(open: OpenConcept | undefined, cells: readonly string[]): boolean {
  if (!open) return false
  if (cells[0] === 'N') {
    const [, kind, source, count, text] = cells
    if (!text || !NAME_KINDS.includes(kind as NameKind) || !/^\d+$/.test(count ?? '')) return false
    open.draft.names.push({
      text: cleaned(text),
      kind: kind as NameKind,
      source: source ?? '',
      count: Number(count),
    })
    return true
  }
  const [tag, source, text] = cells
  if (tag !== 'D' || !text) return false
  open.draft.definitions.push({ source: source ?? '', text: cleaned(text) })
  return true
}
