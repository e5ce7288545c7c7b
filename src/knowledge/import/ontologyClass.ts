import type { Name, NameKind } from '../../core/index.ts'
import { xrefId } from './curie.ts'
import { cleaned, type ConceptDraft } from './draft.ts'

/** How near a synonym's meaning is; those of a broader thing are not names of the concept. */
export type SynonymScope = 'exact' | 'narrow' | 'related' | 'broad'

/** A synonym as an ontology states it. `type` is its author's kind of synonym, for example `ABBREVIATION`; often empty. */
export interface Synonym {
  readonly text: string
  readonly scope: SynonymScope
  readonly type: string
}

/** A class of an ontology, whatever format it came in. Ids are in the spelling of the knowledge base but for `xrefs`. */
export interface OntologyClass {
  readonly id: string
  readonly label: string
  /** Empty when there is none. */
  readonly definition: string
  readonly synonyms: readonly Synonym[]
  /** Cross-references as the file writes them; those to literature, people and pages are left out of the draft. */
  readonly xrefs: readonly string[]
  /** Other ids of the same class: alternative ones, and those of the classes that it replaced. */
  readonly otherIds: readonly string[]
  readonly parents: readonly string[]
  /** Semantic types as TUIs; hardly any ontology gives them. */
  readonly types: readonly string[]
}

/**
 * The draft of a class. A class with exactly one UMLS cross-reference gets the CUI as its id and keeps its own id as a
 * cross-reference.
 */
export function draftOfClass(found: OntologyClass, source: string): ConceptDraft {
  const xrefs = new Set(found.xrefs.flatMap((xref) => xrefId(xref) ?? []))
  const cuis = [...xrefs].filter((xref) => xref.startsWith('UMLS:'))
  const id = cuis.length === 1 ? cuis[0]! : found.id
  const definition = cleaned(found.definition)
  return {
    id,
    names: namesOf(found, source),
    types: [...found.types],
    groups: [],
    parents: [...found.parents],
    xrefs: [...new Set([found.id, ...xrefs, ...found.otherIds])].filter((xref) => xref !== id),
    definitions: definition === '' ? [] : [{ source, text: definition }],
  }
}

function namesOf({ label, synonyms }: OntologyClass, source: string): Name[] {
  const names: Name[] = [{ text: cleaned(label), kind: 'preferred', source, count: 0 }]
  for (const { text: verbatim, scope, type } of synonyms) {
    const text = cleaned(verbatim)
    if (text !== '' && scope !== 'broad' && !names.some((name) => name.text === text))
      names.push({ text, kind: synonymKind(type), source, count: 0 })
  }
  return names
}

/** `OMO:0003000` is the OBO Metadata Ontology's abbreviation, `OMO:0003012` its acronym. */
function synonymKind(type: string): NameKind {
  if (/layperson/i.test(type)) return 'layperson'
  return /abbreviation|acronym|OMO[_:]0003000|OMO[_:]0003012/i.test(type) ? 'abbreviation' : 'synonym'
}

/** The commonest prefix among ids: the ontology's own, where classes of others are imported too. Empty without ids. */
export function commonestPrefix(ids: Iterable<string>): string {
  const counts = new Map<string, number>()
  for (const id of ids) {
    const prefix = id.slice(0, Math.max(0, id.indexOf(':')))
    if (prefix !== '') counts.set(prefix, (counts.get(prefix) ?? 0) + 1)
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? ''
}

/** What an ontology is called by its id prefix. */
export function sourceNameOf(prefix: string): string {
  if (prefix === 'ORPHA') return 'ORDO'
  return prefix === 'HP' ? 'HPO' : prefix
}

/** The release in a version string or IRI: a date, or `version` and a number; `undefined` when neither stands in it. */
export function releaseIn(text: string): string | undefined {
  return /(\d{4}-\d{2}-\d{2}|version[\d.]+)/.exec(text)?.[1]
}

/**
 * The ids of obsolete classes by the id of the class that replaced them, over chains of replacements; those that only
 * replace each other are nobody's. `replacements` has pairs of old and new id.
 */
export function replacedIds(
  replacements: Iterable<readonly [old: string, current: string]>,
): ReadonlyMap<string, readonly string[]> {
  const next = new Map(replacements)
  const replaced = new Map<string, string[]>()
  for (const [old, first] of next) {
    let current = first
    const seen = new Set([old])
    for (
      let after = next.get(current);
      after !== undefined && !seen.has(current);
      after = next.get(current)
    ) {
      seen.add(current)
      current = after
    }
    const known = replaced.get(current)
    if (known) known.push(old)
    else replaced.set(current, [old])
  }
  return replaced
}
