import * as v from 'valibot'
import { ConceptLensError, type Problem } from '../../core/index.ts'
import { curieOfIri, normalisedId } from './curie.ts'
import { cleaned, type ImportSink, type SourceDescription } from './draft.ts'
import { textOf } from './lines.ts'
import {
  commonestPrefix,
  draftOfClass,
  releaseIn,
  replacedIds,
  sourceNameOf,
  type OntologyClass,
  type SynonymScope,
} from './ontologyClass.ts'
import type { SourceKind } from './sourceKind.ts'

/** An ontology as OBO Graphs JSON. */
export const oboGraphKind: SourceKind = {
  what: 'an OBO graph (.json)',
  open: (path, beginning) =>
    /^\s*\{/.test(beginning) ? { path, read: (sink) => readOboGraph(path, sink) } : undefined,
}

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

const SCOPES: Readonly<Record<string, SynonymScope>> = {
  hasBroadSynonym: 'broad',
  hasNarrowSynonym: 'narrow',
  hasRelatedSynonym: 'related',
}

const ALTERNATIVE_ID = 'hasAlternativeId'
const REPLACED_BY = /IAO_0100001$|replacedBy$/
const LICENCE = /license$|rights$/
const TITLE = /\/title$/

/**
 * Reads an OBO graph (`hp.json`): labelled classes of the ontology's own id space (the commonest among the first
 * graph's classes) with synonyms, definition, cross-references and is-a parents. Obsolete classes are left out; their
 * ids resolve to the class that replaced them.
 */
async function readOboGraph(path: string, sink: ImportSink): Promise<void> {
  const graphs = parsed(path, await textOf(path, (n) => sink.advance(n)))
  const nodes = graphs.flatMap((graph) => nodesOf(path, graph, sink))
  const prefix = commonestPrefix(classIds(nodesOf(path, graphs[0]!, { problem: () => {} })))
  const label = sourceNameOf(prefix)
  sink.source(descriptionOf(label, graphs[0]!))
  const parents = parentsOf(graphs)
  const replaced = replacedIds(nodes.flatMap(replacementOf))
  for (const node of nodes) {
    const id = curieOfIri(node.id)
    if (!id?.startsWith(`${prefix}:`) || !isClass(node) || node.meta?.deprecated || !node.lbl?.trim())
      continue
    const more = { id, parents: parents.get(node.id) ?? [], replaced: replaced.get(id) ?? [] }
    sink.concept(draftOfClass(classOf(node, more), label))
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

/** Properties and individuals have labels and ids too; some writers give no type. */
const isClass = ({ type }: Node): boolean => type === undefined || type === 'CLASS'

function classIds(nodes: readonly Node[]): string[] {
  return nodes.flatMap((node) => (node.lbl && isClass(node) ? (curieOfIri(node.id) ?? []) : []))
}

function descriptionOf(name: string, graph: Graph): SourceDescription {
  const parsedMeta = v.safeParse(metaSchema, graph.meta)
  const meta = parsedMeta.success ? parsedMeta.output : {}
  const property = (pattern: RegExp): string =>
    cleaned(meta.basicPropertyValues?.find(({ pred }) => pattern.test(pred))?.val ?? '')
  const version = releaseIn(meta.version ?? graph.id ?? '') ?? ''
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

function replacementOf({ id, meta }: Node): [old: string, current: string][] {
  if (!meta?.deprecated) return []
  const old = curieOfIri(id)
  const by = meta.basicPropertyValues?.find(({ pred }) => REPLACED_BY.test(pred))?.val
  const current = by && (curieOfIri(by) ?? normalisedId(by))
  return old && current ? [[old, current]] : []
}

interface MoreOfClass {
  readonly id: string
  readonly parents: readonly string[]
  readonly replaced: readonly string[]
}

function classOf({ lbl, meta }: Node, { id, parents, replaced }: MoreOfClass): OntologyClass {
  const alternatives = (meta?.basicPropertyValues ?? [])
    .filter(({ pred }) => pred.endsWith(ALTERNATIVE_ID))
    .map(({ val }) => normalisedId(val))
  return {
    id,
    label: lbl ?? '',
    definition: meta?.definition?.val ?? '',
    synonyms: (meta?.synonyms ?? []).map(({ val, pred, synonymType }) => ({
      text: val,
      scope: SCOPES[pred ?? ''] ?? 'exact',
      type: synonymType ?? '',
    })),
    xrefs: (meta?.xrefs ?? []).map(({ val }) => val),
    otherIds: [...alternatives, ...replaced],
    parents,
    types: [],
  }
}
