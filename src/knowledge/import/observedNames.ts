import { ConceptLensError, type Concept, type Name } from '../../core/index.ts'
import { fold } from '../names/fold.ts'
import type { SourceDescription } from './draft.ts'
import { beginningOf } from './lines.ts'
import { starterTableKind } from './starterTable.ts'

/**
 * What annotators called concepts, and how often. A name that is exact says little when several concepts have it; what it mostly
 * meant in annotated text says much, and a vocabulary does not know.
 */
export interface ObservedNames {
  /** Where names of this kind come from. */
  readonly sources: readonly SourceDescription[]
  /**
   * The concept with the names that were observed for one of its ids, and their counts; unchanged where it has counts of its own. The
   * table may know a concept by ids of several concepts of the vocabulary (Parkinson disease by those of its families): then
   * names go to those it knows by their own id that have one of them. `refOf` tells which concept has an id as its own.
   */
  addTo(concept: Concept, refOf: RefOf): Concept
}

type RefOf = (id: string) => number | undefined

/** A concept of the table: the ids it is known by, and what annotators called it. */
interface Row {
  readonly ids: ReadonlySet<string>
  readonly names: readonly Name[]
}

/**
 * Reads a concepts table whose names have counts. A concept of another vocabulary is known by its id or one of its cross-references, when
 * the table has it as an id or a cross-reference.
 * @throws ConceptLensError `kb-unknown-source` when it is no such table
 */
export async function readObservedNames(path: string): Promise<ObservedNames> {
  const table = starterTableKind.open(path, await beginningOf(path))
  if (!table)
    throw new ConceptLensError(
      'kb-unknown-source',
      `The names that annotators used are read from ${starterTableKind.what}; ${path} is none.`,
    )
  const sources: SourceDescription[] = []
  const known = new Map<string, Row[]>()
  await table.read({
    concept({ id, xrefs, names }) {
      const row = { ids: new Set([id, ...xrefs]), names: names.filter(({ count }) => count > 0) }
      for (const own of row.names.length > 0 ? row.ids : []) {
        const rows = known.get(own)
        if (rows) rows.push(row)
        else known.set(own, [row])
      }
    },
    source: (description) => sources.push(description),
    equal: () => undefined,
    problem: ({ message, line }) => {
      throw new ConceptLensError('kb-bad-row', `${path}, line ${line ?? '?'}: ${message}`)
    },
    advance: () => undefined,
  })
  return {
    sources,
    addTo(concept, refOf) {
      if (concept.names.some(({ count }) => count > 0)) return concept
      const rows = new Set([concept.id, ...concept.xrefs].flatMap((id) => known.get(id) ?? []))
      const observed = [...rows].flatMap((row) => (isMeantBy(row, concept, refOf) ? row.names : []))
      return observed.length === 0 ? concept : { ...concept, names: withObserved(concept.names, observed) }
    },
  }
}

/** Whether the names of a row, which knows the concept by some id, are the concept's rather than another one's. */
function isMeantBy({ ids, names }: Row, concept: Concept, refOf: RefOf): boolean {
  const known = new Set([...ids].map(refOf).filter((ref) => ref !== undefined))
  if (known.size === 0) return true
  const own = refOf(concept.id)
  return own !== undefined && known.has(own) && (known.size === 1 || haveCommonName(concept.names, names))
}

function haveCommonName(some: readonly Name[], others: readonly Name[]): boolean {
  const folded = new Set(some.map(({ text }) => fold(text)))
  return others.some(({ text }) => folded.has(fold(text)))
}

/** A text that is a name already, letter by letter, gets the count; another becomes a name. */
function withObserved(names: readonly Name[], observed: readonly Name[]): readonly Name[] {
  const counts = new Map<string, Name>()
  for (const name of observed) {
    const before = counts.get(name.text)
    counts.set(name.text, before ? { ...before, count: before.count + name.count } : name)
  }
  const own = names.map((name) => {
    const found = counts.get(name.text)
    counts.delete(name.text)
    return found ? { ...name, count: found.count } : name
  })
  return [...own, ...Array.from(counts.values(), (name): Name => ({ ...name, kind: 'observed' }))]
}
