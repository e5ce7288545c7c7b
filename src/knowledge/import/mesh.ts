import { tuiOf } from '../semanticTypes.ts'
import type { ConceptDraft, ImportSink } from './draft.ts'
import { draftOfClass, type OntologyClass } from './ontologyClass.ts'

/** A term of a MeSH record. */
export interface MeshTerm {
  readonly text: string
  /** MeSH's kind of term: `ABB`, `ABX`, `ACR`, `ACX` are abbreviations and acronyms, `NON` is none; empty when not said. */
  readonly lexicalTag: string
}

/** A descriptor (`D…`) or a supplementary concept (`C…`) of MeSH, as its XML and its ASCII files give it. */
export interface MeshRecord {
  readonly ui: string
  readonly name: string
  readonly terms: readonly MeshTerm[]
  /** The scope note of a descriptor or the note of a supplementary concept; empty without one. */
  readonly note: string
  readonly treeNumbers: readonly string[]
  /** TUIs; files since 2021 have none. */
  readonly semanticTypes: readonly string[]
  /** The CUI of its preferred concept; only older XML has it. */
  readonly cui: string
  /** The UIs of the descriptors that a supplementary concept is mapped to. */
  readonly mappedTo: readonly string[]
}

/** The short name of MeSH among sources, as the UMLS has it. */
const MESH = 'MSH'

/** Takes the records of one file. */
export interface MeshCollector {
  add(record: MeshRecord): void
  /** Hands over what was held back. */
  finish(): void
}

/**
 * Describes MeSH and turns its records into concepts. Supplementary concepts go on at once; descriptors wait for the
 * end, because only then it is known whose tree numbers their parents' are.
 */
export function collectMesh(version: string, sink: ImportSink): MeshCollector {
  sink.source({
    name: MESH,
    title: 'Medical Subject Headings',
    version,
    licence: 'https://www.nlm.nih.gov/databases/download/terms_and_conditions_mesh.html',
  })
  const waiting: Waiting[] = []
  const uiByTreeNumber = new Map<string, string>()
  return {
    add({ ui, treeNumbers, ...record }) {
      const draft = draftOfClass(classOf({ ui, treeNumbers, ...record }), MESH)
      if (treeNumbers.length === 0) return sink.concept(draft)
      // A copy: a parser's strings are windows into pieces of the file, and would keep all of it in memory.
      const held = structuredClone({ ui, draft, treeNumbers })
      for (const number of held.treeNumbers) uiByTreeNumber.set(number, held.ui)
      waiting.push(held)
    },
    finish() {
      for (const { ui, draft, treeNumbers } of waiting) {
        const above = new Set(treeNumbers.map((number) => uiByTreeNumber.get(parentNumber(number))))
        above.delete(ui)
        const parents = [...above].flatMap((parent) => (parent === undefined ? [] : `MESH:${parent}`))
        sink.concept({ ...draft, parents })
      }
    },
  }
}

interface Waiting {
  readonly ui: string
  readonly draft: ConceptDraft
  readonly treeNumbers: readonly string[]
}

/** `C08.381.495` stands below `C08.381`; the top of a tree stands below nothing. */
const parentNumber = (treeNumber: string): string =>
  treeNumber.slice(0, Math.max(0, treeNumber.lastIndexOf('.')))

const ABBREVIATIONS: ReadonlySet<string> = new Set(['ABB', 'ABX', 'ACR', 'ACX'])

function classOf(record: MeshRecord): OntologyClass {
  return {
    id: `MESH:${record.ui}`,
    label: record.name,
    definition: record.note,
    synonyms: record.terms.map(({ text, lexicalTag }) => ({
      text,
      scope: 'exact',
      type: ABBREVIATIONS.has(lexicalTag) ? 'abbreviation' : '',
    })),
    xrefs: record.cui === '' ? [] : [`UMLS:${record.cui}`],
    otherIds: [],
    parents: [...new Set(record.mappedTo)].map((ui) => `MESH:${ui}`),
    types: [...new Set(record.semanticTypes.flatMap((type) => tuiOf(type) ?? []))],
  }
}

/** The problem of a record that cannot be a concept; `undefined` when it can. */
export function meshProblem(
  record: MeshRecord,
  path: string,
  line: number,
): Parameters<ImportSink['problem']>[0] | undefined {
  const isUi = /^[CD]\d{6,}$/.test(record.ui)
  if (isUi && record.name !== '') return undefined
  const message = isUi
    ? `The MeSH record ${record.ui} has no name and was left out.`
    : `A MeSH record has "${record.ui}" for its unique identifier and was left out; allowed: D or C and digits.`
  return { code: 'kb-bad-row', severity: 'warning', message, file: path, line }
}

/** The year of a MeSH file, from its document type (`desc2024.dtd`, `nlmdescriptorrecordset_20250101.dtd`) or its name. */
export function meshYear(path: string, beginning: string): string {
  const ofType = /<!DOCTYPE[^>]*?(?:desc|supp|recordset_)(\d{4})/.exec(beginning)?.[1]
  return ofType ?? /(?:^|[/\\])(?:desc|supp|[cd])(\d{4})[^/\\]*$/.exec(path)?.[1] ?? ''
}
