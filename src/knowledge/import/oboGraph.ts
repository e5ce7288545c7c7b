import * as v from 'valibot'
import { ConceptLensError, type Name, type NameKind, type Problem } from '../../core/index.ts'
import { curieOfIri, normalisedId, xrefId } from './curie.ts'
import { cleaned, type ConceptDraft, type ImportSink } from './draft.ts'
import { textOf } from './lines.ts'

const valued = v.object({ val: v.string() })

const synonymSchema = v.object({
  val: v.string(),
  pred: v.optional(v.string()),
  synonymType: v.optional(v.string()),
})

const propertySchema = v.object({ pred: v.string(), val: v.string() })

const metaSchema = v.object({
  definition: v.optional(valued),
  synonyms: v.optional(v.array(synonymSchema)),
  xrefs: v.optional(v.array(valued)),
  basicPropertyValues: v.optional(v.array(propertySchema)),
  deprecated: v.optional(v.boolean()),
  version: v.optional(v.string()),
})

const nodeSchema = v.object({
  id: v.string(),
  lbl: v.optional(v.string()),
  type: v.optional(v.string()),
  meta: v.optional(metaSchema),
})

type Node = v.InferOutput<typeof nodeSchema>

const documentSchema = v.object({
  graphs: v.pipe(
    v.array(
      v.object({
        id: v.optional(v.string()),
        meta: v.optional(v.unknown()),
        nodes: v.optional(v.array(v.unknown())),
        edges: v.optional(v.array(v.unknown())),
      }),
    ),
    v.minLength(1),
  ),
})

const edgeSchema = v.object({ sub: v.string(), pred: v.string(), obj: v.string() })

type Graph = v.InferOutput<typeof documentSchema>['graphs'][number]

/** Synonyms of a broader thing are not names of the concept. */
const BROADER = 'hasBroadSynonym'
const ALTERNATIVE_ID = 'hasAlternativeId'
const REPLACED_BY = /IAO_0100001$|replacedBy$/
const LICENCE = /license$|rights$/
const TITLE = /\/title$/

/**
 * Reads an OBO graph (`hp.json`): labelled classes of the ontology's own id space (the commonest among the first
 * graph's classes) with synonyms, definition, cross-references and is-a parents. Obsolete classes are left out; their
 * ids resolve to the class that replaced them. A class with exactly one UMLS cross-reference gets the CUI as its id and
 * keeps its own id as a cross-reference.
 */
export async function readOboGraph(path: string, sink: ImportSink): Promise<void> {
  const graphs = parsed(path, await textOf(path, (n) => sink.advance(n)))
  const nodes = graphs.flatMap((graph) => nodesOf(path, graph, sink))
  const prefix = ownPrefix(nodesOf(path, graphs[0]!, { problem: () => {} }))
  const label = prefix === 'ORPHA' ? 'ORDO' : prefix === 'HP' ? 'HPO' : prefix
  sink.source(descriptionOf(label, graphs[0]!))
  const parents = parentsOf(graphs)
  const replaced = replacedIds(nodes)
  for (const node of nodes) {
    const id = curieOfIri(node.id)
    if (!id?.startsWith(`${prefix}:`) || node.meta?.deprecated) continue
    if (!node.lbl?.trim()) continue
    sink.concept(
      draftOf(node, { id, label, parents: parents.get(node.id) ?? [], replaced: replaced.get(id) ?? [] }),
    )
  }
}

function parsed(path: string, text: string): readonly Graph[] {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new ConceptLensError(
      'kb-bad-json',
      `${path} is not JSON: ${cause instanceof Error ? cause.message : ''}`,
      { cause },
    )
  }
  const result = v.safeParse(documentSchema, json)
  if (!result.success)
    throw new ConceptLensError(
      'kb-not-obo-graph',
      `${path} is JSON but no OBO graph: it must have "graphs" with "nodes". Other JSON formats are not read.`,
    )
  return result.output.graphs
}

function nodesOf(path: string, graph: Graph, sink: Pick<ImportSink, 'problem'>): Node[] {
  return (graph.nodes ?? []).flatMap((found, i) => {
    const node = v.safeParse(nodeSchema, found)
    if (node.success) return [node.output]
    const message = `Node ${String(i + 1)} of the graph was left out: ${node.issues[0].message}.`
    sink.problem({ code: 'kb-bad-node', severity: 'warning', message, file: path } satisfies Problem)
    return []
  })
}

function ownPrefix(nodes: readonly Node[]): string {
  const counts = new Map<string, number>()
  for (const node of nodes) {
    const prefix = node.lbl && node.type !== 'PROPERTY' ? curieOfIri(node.id)?.split(':')[0] : undefined
    if (prefix) counts.set(prefix, (counts.get(prefix) ?? 0) + 1)
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? ''
}

function descriptionOf(name: string, graph: Graph): Parameters<ImportSink['source']>[0] {
  const parsedMeta = v.safeParse(metaSchema, graph.meta)
  const meta = parsedMeta.success ? parsedMeta.output : {}
  const property = (pattern: RegExp): string =>
    cleaned(meta.basicPropertyValues?.find(({ pred }) => pattern.test(pred))?.val ?? '')
  const version = /(\d{4}-\d{2}-\d{2}|version[\d.]+)/.exec(meta.version ?? graph.id ?? '')?.[1] ?? ''
  return { name, title: property(TITLE) || name, version, licence: property(LICENCE) }
}

function parentsOf(graphs: readonly Graph[]): ReadonlyMap<string, string[]> {
  const parents = new Map<string, string[]>()
  for (const edge of graphs.flatMap((graph) => graph.edges ?? [])) {
    const result = v.safeParse(edgeSchema, edge)
    if (!result.success || result.output.pred !== 'is_a') continue
    const { sub, obj } = result.output
    const parent = curieOfIri(obj)
    if (!parent) continue
    const list = parents.get(sub)
    if (list) list.push(parent)
    else parents.set(sub, [parent])
  }
  return parents
}

/** The ids of obsolete classes by the id of the class that replaced them. */
function replacedIds(nodes: readonly Node[]): ReadonlyMap<string, string[]> {
  const replaced = new Map<string, string[]>()
  for (const node of nodes) {
    if (!node.meta?.deprecated) continue
    const old = curieOfIri(node.id)
    const by = node.meta.basicPropertyValues?.find(({ pred }) => REPLACED_BY.test(pred))?.val
    const current = by && (curieOfIri(by) ?? normalisedId(by))
    if (old && current) replaced.set(current, [...(replaced.get(current) ?? []), old])
  }
  return replaced
}

interface Context {
  readonly id: string
  readonly label: string
  readonly parents: readonly string[]
  readonly replaced: readonly string[]
}

function draftOf(node: Node, { id, label, parents, replaced }: Context): ConceptDraft {
  const xrefs = new Set((node.meta?.xrefs ?? []).flatMap(({ val }) => xrefId(val) ?? []))
  const alternatives = (node.meta?.basicPropertyValues ?? [])
    .filter(({ pred }) => pred.endsWith(ALTERNATIVE_ID))
    .map(({ val }) => normalisedId(val))
  const cuis = [...xrefs].filter((xref) => xref.startsWith('UMLS:'))
  const chosen = cuis.length === 1 ? cuis[0]! : id
  const definition = node.meta?.definition?.val.trim()
  return {
    id: chosen,
    names: namesOf(node, label),
    types: [],
    groups: [],
    parents,
    xrefs: [...new Set([id, ...xrefs, ...alternatives, ...replaced])].filter((xref) => xref !== chosen),
    definitions: definition ? [{ source: label, text: cleaned(definition) }] : [],
  }
}

function namesOf(node: Node, source: string): Name[] {
  const names: Name[] = [{ text: cleaned(node.lbl ?? ''), kind: 'preferred', source, count: 0 }]
  for (const { val, pred, synonymType } of node.meta?.synonyms ?? []) {
    const text = cleaned(val)
    if (text !== '' && pred !== BROADER && !names.some((name) => name.text === text))
      names.push({ text, kind: synonymKind(synonymType ?? ''), source, count: 0 })
  }
  return names
}

function synonymKind(type: string): NameKind {
  if (/layperson/i.test(type)) return 'layperson'
  return /abbreviation|acronym|OMO_0003000|OMO_0003012/i.test(type) ? 'abbreviation' : 'synonym'
}
