import type { DecidedTerm } from '../decide.ts'
import { addressOf, type AboutAlignment } from './about.ts'
import { codeSystemOf } from './namespaces.ts'

/** The parts of a FHIR R4 ConceptMap that alignment writes (http://hl7.org/fhir/R4/conceptmap.html). */
export interface ConceptMap {
  readonly resourceType: 'ConceptMap'
  readonly url: string
  readonly language: string
  readonly version: string
  readonly name: string
  readonly title: string
  readonly status: 'draft'
  readonly experimental: false
  readonly date: string
  readonly description: string
  readonly copyright?: string
  readonly group?: readonly ConceptMapGroup[]
}

export interface ConceptMapGroup {
  readonly source: string
  /** The code system of the targets; none for terms without a match. */
  readonly target?: string
  readonly element: readonly ConceptMapElement[]
}

export interface ConceptMapElement {
  readonly code: string
  readonly display: string
  readonly target: readonly ConceptMapTarget[]
}

export interface ConceptMapTarget {
  readonly code?: string
  readonly display?: string
  readonly equivalence: 'equivalent' | 'relatedto' | 'unmatched'
  readonly comment?: string
}

/**
 * Decided terms as a ConceptMap with a group for each vocabulary. A term's code is the term itself, as a FHIR `code` has
 * it: single blanks. Accepted ones are `equivalent`, those to review `relatedto`, the others `unmatched`; the comment has
 * the probability, and the context where there is one.
 */
export function conceptMapOf(decided: readonly DecidedTerm[], about: AboutAlignment): ConceptMap {
  const { name, version } = about.knowledgeBase
  const groups = groupsOf(decided, `${addressOf(about)}:terms`)
  return {
    resourceType: 'ConceptMap',
    url: addressOf(about),
    language: about.language,
    version: about.date,
    name: computableName(about.table),
    title: `Terms of ${about.table}`,
    status: 'draft',
    experimental: false,
    date: about.date,
    description: `Terms of ${about.table} aligned with ${name} ${version} by ConceptLens ${about.toolVersion}.`,
    ...(about.licence === undefined ? {} : { copyright: about.licence }),
    // FHIR has no empty arrays.
    ...(groups.length === 0 ? {} : { group: groups }),
  }
}

/** Writes {@link conceptMapOf} as JSON. */
export function writeConceptMap(decided: readonly DecidedTerm[], about: AboutAlignment): string {
  return `${JSON.stringify(conceptMapOf(decided, about), undefined, 2)}\n`
}

/** A name that programs can use: a capital letter, then at most 254 letters, digits and underscores (invariant cmp-0). */
function computableName(table: string): string {
  return `TermsOf_${table.replace(/[^A-Za-z0-9]+/g, '_')}`.slice(0, 255)
}

function groupsOf(decided: readonly DecidedTerm[], source: string): ConceptMapGroup[] {
  const groups = new Map<string | undefined, Map<string, ConceptMapTarget[]>>()
  for (const one of decided) {
    const system = one.chosen && codeSystemOf(one.chosen.id.replace(/:.*/s, ''))
    const elements = groups.get(system) ?? new Map<string, ConceptMapTarget[]>()
    groups.set(system, elements)
    const code = one.term.text.replace(/\s+/g, ' ').trim()
    elements.set(code, [...(elements.get(code) ?? []), targetOf(one)])
  }
  return [...groups]
    .sort(([a = '~'], [b = '~']) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([target, elements]) => ({
      source,
      ...(target === undefined ? {} : { target }),
      element: [...elements].map(([code, targets]) => ({ code, display: code, target: targets })),
    }))
}

function targetOf({ term, chosen, decision, decidedBy, probability }: DecidedTerm): ConceptMapTarget {
  const by = decidedBy === 'person' ? 'decided by a person' : `probability ${probability}`
  const comment = term.context === undefined ? by : `${by}; context: ${term.context}`
  if (!chosen) return { equivalence: 'unmatched', comment }
  return {
    code: localPart(chosen.id),
    display: chosen.name,
    equivalence: decision === 'review' ? 'relatedto' : 'equivalent',
    comment,
  }
}

/** HPO's and HGNC's codes carry their prefix; other code systems have the local part alone. */
function localPart(id: string): string {
  return /^(?:HP|HGNC):/.test(id) ? id : id.slice(id.indexOf(':') + 1)
}
