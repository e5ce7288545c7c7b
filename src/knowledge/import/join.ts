import type { Concept, Definition, Name } from '../../core/index.ts'
import { groupsOf } from '../semanticTypes.ts'
import type { ConceptDraft } from './draft.ts'

/** The concepts of all sources as one list, sorted by id, and how the joining went. */
export interface Joined {
  readonly concepts: readonly Concept[]
  /** Concepts that became part of another because it names them as its equal. */
  readonly nJoined: number
  /** Native ids that several concepts name as their equal, so that it stays open whose they are. */
  readonly nAmbiguousIds: number
  /** Mappings that were not followed, because they would join two CUIs or two concepts of one file. */
  readonly nConflicts: number
}

/** Gathers drafts and joins them at the end. */
export interface Joiner {
  /** `source` tells the files apart: 0, 1, 2 … */
  add(draft: ConceptDraft, source: number): void
  /** Two ids name one concept; see {@link ImportSink.equal}. */
  equal(a: string, b: string): void
  finish(): Joined
}

interface Growing {
  readonly id: string
  /** The files it comes from. */
  readonly from: number[]
  readonly names: Name[]
  readonly types: Set<string>
  readonly groups: Set<string>
  readonly parents: Set<string>
  readonly xrefs: Set<string>
  readonly definitions: Definition[]
}

const UMLS = 'UMLS:'

/**
 * Joins what sources say of the same concept.
 * Drafts with one id are one concept. A concept without a CUI also joins another, from another file, that names its id
 * among its cross-references, if only one does; where several do, all stay apart and the id resolves to each of them.
 * What one file keeps apart stays apart, and so do concepts with different CUIs.
 */
export function createJoiner(): Joiner {
  const all = new Map<string, Growing>()
  const mappings: [a: string, b: string][] = []
  return {
    equal: (a, b) => void mappings.push([a, b]),
    add(draft, source) {
      const known = all.get(draft.id)
      if (known) absorb(known, { ...draft, from: [source] })
      else all.set(draft.id, growingOf({ ...draft, from: [source] }))
    },
    finish() {
      const { hosts, nAmbiguousIds } = hostsOf(all)
      const nConflicts = followMappings(all, hosts, mappings)
      // A guest's host may itself be a guest: every guest ends in the last host of its chain.
      for (const [guestId, hostId] of hosts) {
        const guest = all.get(guestId)!
        absorb(all.get(lastHost(hosts, hostId))!, { ...guest, xrefs: [guestId, ...guest.xrefs] })
      }
      for (const guestId of hosts.keys()) all.delete(guestId)
      return { concepts: finished(all), nJoined: hosts.size, nAmbiguousIds, nConflicts }
    },
  }
}

/** What is added to a concept: a draft or another concept. */
interface Part {
  readonly id: string
  readonly from: readonly number[]
  readonly names: Iterable<Name>
  readonly types: Iterable<string>
  readonly groups: Iterable<string>
  readonly parents: Iterable<string>
  readonly xrefs: Iterable<string>
  readonly definitions: Iterable<Definition>
}

function growingOf(part: Part): Growing {
  return {
    id: part.id,
    from: [...part.from],
    names: [...part.names],
    types: new Set(part.types),
    groups: new Set(part.groups),
    parents: new Set(part.parents),
    xrefs: new Set(part.xrefs),
    definitions: [...part.definitions],
  }
}

function absorb(into: Growing, part: Part): void {
  for (const source of part.from) if (!into.from.includes(source)) into.from.push(source)
  into.names.push(...part.names)
  into.definitions.push(...part.definitions)
  for (const type of part.types) into.types.add(type)
  for (const group of part.groups) into.groups.add(group)
  for (const parent of part.parents) into.parents.add(parent)
  for (const xref of part.xrefs) into.xrefs.add(xref)
}

/** For every concept that joins another, the other's id. */
function hostsOf(all: ReadonlyMap<string, Growing>): { hosts: Map<string, string>; nAmbiguousIds: number } {
  const claims = new Map<string, string | null>()
  for (const { id, xrefs } of all.values()) {
    for (const xref of xrefs) {
      if (xref === id || xref.startsWith(UMLS)) continue
      claims.set(xref, claims.has(xref) ? null : id)
    }
  }
  const hosts = new Map<string, string>()
  let nAmbiguousIds = 0
  for (const [xref, host] of claims) {
    if (host === null) nAmbiguousIds += 1
    else if (areOfDifferentFiles(all.get(xref), all.get(host)) && lastHost(hosts, host) !== xref)
      hosts.set(xref, host)
  }
  return { hosts, nAmbiguousIds }
}

function areOfDifferentFiles(guest: Growing | undefined, host: Growing | undefined): boolean {
  return guest !== undefined && host !== undefined && !guest.from.some((source) => host.from.includes(source))
}

/** Adds to `hosts` what mappings call equal, in their order; returns how many would join what must stay apart. */
function followMappings(
  all: ReadonlyMap<string, Growing>,
  hosts: Map<string, string>,
  mappings: readonly (readonly [a: string, b: string])[],
): number {
  if (mappings.length === 0) return 0
  const canonical = canonicalIds(all)
  const rootOf = (id: string): string | undefined => {
    const known = all.has(id) ? id : canonical.get(id)
    return known === undefined ? undefined : lastHost(hosts, known)
  }
  const files = filesByRoot(all, hosts)
  let nConflicts = 0
  for (const [a, b] of mappings) {
    const [rootA, rootB] = [rootOf(a), rootOf(b)]
    if (rootA === rootB) continue
    if (rootA === undefined || rootB === undefined) {
      all.get((rootA ?? rootB)!)!.xrefs.add(rootA === undefined ? a : b)
      continue
    }
    const [host, guest] = rootB.startsWith(UMLS) && !rootA.startsWith(UMLS) ? [rootB, rootA] : [rootA, rootB]
    const [ofHost, ofGuest] = [files.get(host)!, files.get(guest)!]
    if (guest.startsWith(UMLS) || ofGuest.some((file) => ofHost.includes(file))) nConflicts += 1
    else {
      hosts.set(guest, host)
      ofHost.push(...ofGuest)
    }
  }
  return nConflicts
}

/** The files that each concept comes from, its guests' among them. */
function filesByRoot(
  all: ReadonlyMap<string, Growing>,
  hosts: ReadonlyMap<string, string>,
): Map<string, number[]> {
  const files = new Map([...all].map(([id, { from }]) => [id, [...from]]))
  for (const guest of hosts.keys()) files.get(lastHost(hosts, guest))!.push(...all.get(guest)!.from)
  return files
}

function lastHost(hosts: ReadonlyMap<string, string>, id: string): string {
  let host = id
  for (let next = hosts.get(host); next !== undefined; next = hosts.get(host)) host = next
  return host
}

function finished(all: ReadonlyMap<string, Growing>): Concept[] {
  const canonical = canonicalIds(all)
  return [...all.values()]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((growing) => conceptOf(growing, canonical))
}

/** The id under which a cross-referenced id is kept, where that is one. */
function canonicalIds(all: ReadonlyMap<string, Growing>): ReadonlyMap<string, string> {
  const canonical = new Map<string, string>()
  const ambiguous = new Set<string>()
  for (const { id, xrefs } of all.values()) {
    for (const xref of xrefs) {
      if (all.has(xref)) continue
      if (canonical.has(xref)) ambiguous.add(xref)
      canonical.set(xref, id)
    }
  }
  for (const id of ambiguous) canonical.delete(id)
  return canonical
}

function conceptOf(growing: Growing, canonical: ReadonlyMap<string, string>): Concept {
  const { id } = growing
  const names = distinctNames(growing.names)
  const types = [...growing.types].sort()
  const parents = new Set([...growing.parents].map((parent) => canonical.get(parent) ?? parent))
  parents.delete(id)
  growing.xrefs.delete(id)
  return {
    id,
    name: names[0]!.text,
    names,
    types,
    groups: [...new Set([...growing.groups, ...groupsOf(types)])].sort(),
    parents: [...parents].sort(),
    xrefs: [...growing.xrefs].sort(),
    definitions: distinctDefinitions(growing.definitions),
  }
}

/** One name for each text and source, in the order given; the first preferred name leads. */
function distinctNames(names: readonly Name[]): Name[] {
  const distinct = new Map<string, Name>()
  for (const name of names) {
    const key = `${name.source}\t${name.text}`
    const known = distinct.get(key)
    if (!known) distinct.set(key, name)
    else if (name.count > known.count) distinct.set(key, { ...known, count: name.count })
  }
  const ordered = [...distinct.values()]
  const first = ordered.findIndex((name) => name.kind === 'preferred')
  if (first > 0) ordered.unshift(...ordered.splice(first, 1))
  return ordered
}

function distinctDefinitions(definitions: readonly Definition[]): Definition[] {
  if (definitions.length < 2) return [...definitions]
  return [
    ...new Map(
      definitions.map((definition) => [`${definition.source}\t${definition.text}`, definition]),
    ).values(),
  ]
}
