import { ConceptLensError, type Concept, type Name } from '../../core/index.ts'
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
  /** The concept with the names that were observed for one of its ids, and their counts; unchanged where it has counts of its own. */
  addTo(concept: Concept): Concept
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
  const known = new Map<string, Name[][]>()
  await table.read({
    concept({ id, xrefs, names }) {
      const counted = names.filter(({ count }) => count > 0)
      for (const own of counted.length > 0 ? new Set([id, ...xrefs]) : []) {
        const lists = known.get(own)
        if (lists) lists.push(counted)
        else known.set(own, [counted])
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
    addTo(concept) {
      if (concept.names.some(({ count }) => count > 0)) return concept
      const lists = new Set([concept.id, ...concept.xrefs].flatMap((id) => known.get(id) ?? []))
      return lists.size === 0
        ? concept
        : { ...concept, names: withObserved(concept.names, [...lists].flat()) }
    },
  }
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
