import { tuiOf } from '../semanticTypes.ts'
import { normalisedId } from './curie.ts'
import { cleaned, labelOfFile, type ImportSink, type SourceDescription } from './draft.ts'
import { idOfIri } from './iri.ts'
import {
  commonestPrefix,
  draftOfClass,
  releaseIn,
  replacedIds,
  sourceNameOf,
  type OntologyClass,
  type Synonym,
} from './ontologyClass.ts'
import { gatherThings, isDeprecated, valuesOf, type Thing, type Things } from './rdfThings.ts'
import { rdfSyntaxOf, type RdfSyntax } from './rdfTriples.ts'
import { isOfLanguage, type Role } from './rdfVocabulary.ts'
import type { SourceKind } from './sourceKind.ts'

/** A SKOS vocabulary or an OWL ontology, as RDF. */
export const rdfKind: SourceKind = {
  what: 'SKOS or OWL as RDF (Turtle .ttl, N-Triples .nt, RDF/XML .rdf or .owl)',
  open(path, beginning) {
    const syntax = rdfSyntaxOf(path, beginning)
    return syntax && { path, read: (sink) => readRdf(path, syntax, sink) }
  },
}

/** Names and definitions in these languages, or in none, are read; `en` stands for `en-GB` too. */
const LANGUAGES: readonly string[] = ['en']

/**
 * Reads the concepts of a SKOS vocabulary, or where there are none the classes of an OWL ontology, and of the latter
 * those of the commonest id prefix, as OBO files are read. Deprecated ones are left out; their ids resolve to what
 * replaced them. Triples may come in any order, so what is needed of them is held in memory to the end.
 */
async function readRdf(path: string, syntax: RdfSyntax, sink: ImportSink): Promise<void> {
  const things = await gatherThings(path, syntax, { sink, languages: LANGUAGES })
  const found = conceptsIn(things)
  const prefix = commonestPrefix(found.flatMap(({ id, thing }) => (labelsOf(thing).length > 0 ? id : [])))
  const source = /^(?:https?|urn)?$/.test(prefix) ? labelOfFile(path) : sourceNameOf(prefix)
  sink.source(descriptionOf(source, things))

  const replaced = replacedIds(found.flatMap((one) => replacementOf(one, things)))
  const parents = parentsOf(found, things)
  const known = new Set<string>()
  for (const one of found) {
    const { id, thing } = one
    const isForeign = thing.kind === 'class' && !id.startsWith(`${prefix}:`)
    if (isForeign || isDeprecated(thing) || /\s/.test(id)) continue
    if (labelsOf(thing).length === 0) {
      if (thing.kind === 'concept') sink.problem(withoutName(path, id))
      continue
    }
    known.add(id)
    const otherIds = [...otherIdsOf(one), ...(replaced.get(id) ?? [])]
    const draft = draftOfClass(classOf(one, { things, otherIds, parents: parents.get(id) ?? [] }), source)
    sink.concept(draft)
    for (const other of valuesOf(thing, 'equal'))
      if (!isOfLanguage(other)) sink.equal(draft.id, idOf(other, things), source)
  }
  for (const [current, olds] of replaced)
    if (!known.has(current)) for (const old of olds) sink.equal(old, current, source)
}

interface Found {
  readonly iri: string
  readonly id: string
  readonly thing: Thing
}

function conceptsIn(things: Things): Found[] {
  const ofKind = (kind: Thing['kind']): Found[] =>
    [...things.byIri].flatMap(([iri, thing]) =>
      thing.kind === kind && !isOfLanguage(iri) ? { iri, id: idOf(iri, things), thing } : [],
    )
  const concepts = ofKind('concept')
  return concepts.length > 0 ? concepts : ofKind('class')
}

/** The id that an IRI or a literal names. */
function idOf(value: string, { prefixes }: Things): string {
  return /^(?:https?|urn):/.test(value) ? idOfIri(value, prefixes) : normalisedId(value)
}

/** All labels, the preferred one first. */
function labelsOf(thing: Thing): string[] {
  const roles: Role[] = thing.kind === 'concept' ? ['prefLabel', 'label'] : ['label', 'prefLabel']
  return roles.flatMap((role) => valuesOf(thing, role)).filter((label) => label.trim() !== '')
}

function descriptionOf(name: string, { byIri }: Things): SourceDescription {
  const vocabulary = [...byIri.values()].find(({ kind }) => kind === 'vocabulary')
  if (!vocabulary) return { name, title: name, version: '', licence: '' }
  const versions = valuesOf(vocabulary, 'version')
  const release = versions.map(releaseIn).find((version) => version !== undefined)
  return {
    name,
    title: cleaned([...valuesOf(vocabulary, 'title'), ...labelsOf(vocabulary)][0] ?? name),
    version: release ?? cleaned(versions.find((version) => !/^https?:/.test(version)) ?? ''),
    licence: cleaned(valuesOf(vocabulary, 'licence')[0] ?? ''),
  }
}

function replacementOf({ id, thing }: Found, things: Things): [old: string, current: string][] {
  const current = valuesOf(thing, 'replacedBy')[0]
  return current !== undefined && isDeprecated(thing) ? [[id, idOf(current, things)]] : []
}

/** The ids of the parents by id: what a concept calls broader, and what calls it narrower. */
function parentsOf(found: readonly Found[], things: Things): ReadonlyMap<string, readonly string[]> {
  const parents = new Map<string, string[]>()
  const add = (child: string, parent: string): void => {
    const known = parents.get(child)
    if (!known) parents.set(child, [parent])
    else if (!known.includes(parent)) known.push(parent)
  }
  for (const { id, thing } of found) {
    for (const parent of valuesOf(thing, 'parent')) if (!isOfLanguage(parent)) add(id, idOf(parent, things))
    for (const child of valuesOf(thing, 'child')) add(idOf(child, things), id)
  }
  return parents
}

/** Alternative ids, and the code by which the concept's own scheme knows it. */
function otherIdsOf({ id, thing }: Found): string[] {
  const prefix = /^(?!https?:|urn:)[^:]+(?=:)/.exec(id)?.[0]
  const notations = valuesOf(thing, 'notation').filter((code) => /^[^\s:]+$/.test(code))
  return [
    ...valuesOf(thing, 'alternativeId').map(normalisedId),
    ...(prefix ? notations.map((code) => `${prefix}:${code}`) : []),
  ].filter((other) => other !== id)
}

interface MoreOfClass {
  readonly things: Things
  readonly otherIds: readonly string[]
  readonly parents: readonly string[]
}

function classOf({ iri, id, thing }: Found, { things, otherIds, parents }: MoreOfClass): OntologyClass {
  const [label, ...otherLabels] = labelsOf(thing)
  const cuis = valuesOf(thing, 'cui').map((cui) => `UMLS:${cui}`)
  const types = valuesOf(thing, 'semanticType').flatMap((type) => tuiOf(type) ?? [])
  return {
    id,
    label: label!,
    definition: valuesOf(thing, 'definition')[0] ?? '',
    synonyms: [
      ...otherLabels.map((text): Synonym => ({ text, scope: 'exact', type: '' })),
      ...thing.facts.flatMap(({ role, value }) => synonymOf(role, value, things.synonymType(iri, value))),
    ],
    xrefs: [...valuesOf(thing, 'xref').map((xref) => idOf(xref, things)), ...cuis],
    otherIds,
    parents,
    types: [...new Set(types)],
  }
}

function synonymOf(role: Role, text: string, type: string): Synonym[] {
  if (role === 'exact' || role === 'narrow' || role === 'related') return [{ text, scope: role, type }]
  return role === 'abbreviation' ? [{ text, scope: 'exact', type: role }] : []
}

function withoutName(path: string, id: string): Parameters<ImportSink['problem']>[0] {
  const message = `${id} has no name in ${LANGUAGES.join(', ')} and was left out.`
  return { code: 'kb-concept-without-name', severity: 'warning', message, file: path }
}
