import type { ImportSink } from './draft.ts'
import type { Prefixes } from './iri.ts'
import { readTriples, type RdfObject, type RdfSyntax } from './rdfTriples.ts'
import { KINDS, ROLES, type Role } from './rdfVocabulary.ts'

/** One thing that is said of a subject. */
interface Fact {
  readonly role: Role
  /** A literal's text, or an IRI. */
  readonly value: string
  /** How welcome the language of a text is, 0 best; 0 for what has none to choose. */
  readonly rank: number
}

/** A subject with what is said of it. */
export interface Thing {
  kind: 'concept' | 'class' | 'vocabulary' | undefined
  readonly facts: Fact[]
}

/** What a file says, as far as it is read. */
export interface Things {
  readonly byIri: ReadonlyMap<string, Thing>
  readonly prefixes: Prefixes
  /** The type of a synonym of a class, where an axiom gives one. */
  synonymType(iri: string, text: string): string
}

const TEXTS: ReadonlySet<Role> = new Set<Role>([
  'label',
  'prefLabel',
  'exact',
  'abbreviation',
  'narrow',
  'related',
  'definition',
  'title',
])

/** Reads a file and keeps what is said of its subjects; texts in other languages than these are left out. */
export async function gatherThings(
  path: string,
  syntax: RdfSyntax,
  { sink, languages }: { sink: ImportSink; languages: readonly string[] },
): Promise<Things> {
  const byIri = new Map<string, Thing>()
  const prefixes = new Map<string, string>()
  const axioms = createAxiomReader()
  const rankOf = rankingOf(languages)

  const thingOf = (iri: string): Thing => {
    const known = byIri.get(iri)
    if (known) return known
    const thing: Thing = { kind: undefined, facts: [] }
    byIri.set(owned(iri), thing)
    return thing
  }
  const addFact = (subject: string, role: Role, object: RdfObject): void => {
    if (subject.startsWith('_:') || object.isBlank) return
    if (role === 'type') {
      const kind = KINDS.get(object.value)
      if (kind && thingOf(subject).kind !== 'concept') thingOf(subject).kind = kind
      return
    }
    const rank = TEXTS.has(role) ? rankOf(object) : 0
    if (rank !== undefined) thingOf(subject).facts.push({ role, value: owned(object.value), rank })
  }

  await readTriples(path, syntax, {
    triple(subject, predicate, object) {
      const role = ROLES.get(predicate)
      if (role === 'annotatedSource' || role === 'annotatedTarget' || role === 'synonymType')
        axioms.add(subject, role, object.value)
      else if (role) addFact(subject, role, object)
    },
    prefix: (name, iri) => void (name !== '' && prefixes.set(iri, name)),
    problem: (problem) => sink.problem(problem),
    advance: (bytes) => sink.advance(bytes),
  })
  return { byIri, prefixes, synonymType: (iri, text) => axioms.synonymType(iri, text) }
}

type AxiomRole = 'annotatedSource' | 'annotatedTarget' | 'synonymType'

interface AxiomReader {
  add(node: string, role: AxiomRole, value: string): void
  /** The type of a synonym of a class, empty without one. */
  synonymType(iri: string, text: string): string
}

/** Reads axioms that give a synonym its type. The triples of one stand together, as every writer puts them. */
function createAxiomReader(): AxiomReader {
  const types = new Map<string, string>()
  let current = ''
  let axiom: Partial<Record<AxiomRole, string>> = {}
  return {
    add(node, role, value) {
      if (node !== current) axiom = {}
      current = node
      axiom[role] = value
      const { annotatedSource, annotatedTarget, synonymType } = axiom
      if (annotatedSource && annotatedTarget && synonymType)
        types.set(`${annotatedSource}\n${annotatedTarget}`, owned(synonymType))
    },
    synonymType: (iri, text) => types.get(`${iri}\n${text}`) ?? '',
  }
}

/** How welcome a text is: languages in their order, each before its regional forms, and last what has no language. */
function rankingOf(languages: readonly string[]): (object: RdfObject) => number | undefined {
  return ({ isLiteral, language }) => {
    if (!isLiteral) return undefined
    if (language === '') return 2 * languages.length
    const exact = languages.indexOf(language)
    if (exact >= 0) return 2 * exact
    const regional = languages.findIndex((one) => language.startsWith(`${one}-`))
    return regional >= 0 ? 2 * regional + 1 : undefined
  }
}

/** A copy: the parser's strings are windows into pieces of the file, and would keep all of it in memory. */
const owned = (text: string): string => `${text} `.slice(0, -1)

/** What is said of a thing in one role, best language first. */
export function valuesOf({ facts }: Thing, role: Role): string[] {
  return facts
    .filter((fact) => fact.role === role)
    .sort((a, b) => a.rank - b.rank)
    .map(({ value }) => value)
}

/** Whether a thing is retired. */
export function isDeprecated(thing: Thing): boolean {
  return valuesOf(thing, 'deprecated').some((value) => value === 'true' || value === '1')
}
