import { cleaned, type ConceptDraft, type ImportSink } from '../draft.ts'
import { sortPairs } from '../../store/build/radixSort.ts'
import { GrowingUint32 } from '../../store/growing.ts'
import type { Columns } from './columns.ts'
import { codeId, namesOf, type Atom } from './names.ts'
import { NumberSet, TypesByConcept } from './numbers.ts'
import { rankKey, type OpenRelease } from './openRelease.ts'
import type { Row } from './rows.ts'

/** The files, in the order in which they are read. */
export const READ_FILES = ['sty', 'conso', 'def', 'rel', 'cui'] as const

/** A concept's number as its id. */
export function idOf(kind: OpenRelease['kind'], number: number): string {
  return kind === 'umls' ? `UMLS:C${String(number).padStart(7, '0')}` : `RXNORM:${String(number)}`
}

/**
 * Reads a release: names with their concepts' types, then definitions, is-a links and retired ids, each as drafts of
 * their own that the joining brings together. Memory: a few bits and numbers for each possible concept.
 */
export async function readRelease(release: OpenRelease, sink: ImportSink): Promise<void> {
  const types = await readTypes(release, sink)
  const kept = new NumberSet()
  const labels = await readNames(release, { sink, types, kept })
  for (const [name, { title, version, restrictionLevel }] of release.vocabularies)
    if (labels.has(name))
      sink.source({ name, title, version, licence: `UMLS licence, restriction level ${restrictionLevel}` })
  await readDefinitions(release, sink, kept)
  await readRelations(release, sink, kept)
  await readRetired(release, sink, kept)
}

async function readTypes(release: OpenRelease, sink: ImportSink): Promise<TypesByConcept> {
  const types = new TypesByConcept()
  await release.read('sty', sink, (columns) => {
    const [id, tui] = [columns.of('ID'), columns.of('TUI')]
    return (row, bad) => {
      const number = row.conceptNumber(id)
      if (number < 0) return bad(noIdentifier(row, id))
      types.add(number, row.code(tui))
    }
  })
  return types
}

function noIdentifier(row: Row, column: number): string {
  return `"${row.text(column).slice(0, 40)}" is no concept identifier`
}

/** Which rows of MRCONSO are wanted, asked of one after the other; counts and import share it. */
export function nameFilter(
  { filters }: OpenRelease,
  columns: Columns,
  types: TypesByConcept,
): (row: Row, number: number) => boolean {
  const [lat, sab, tty, suppress] = columns.all('LAT', 'SAB', 'TTY', 'SUPPRESS')
  const { languages, vocabularies, termTypes, isTypeWanted, suppressible } = filters
  return (row, number) =>
    languages.has(row.code(lat)) &&
    (suppressible || row.code(suppress) === 'N') &&
    (!vocabularies || vocabularies.has(row.code(sab))) &&
    (!termTypes || termTypes.has(row.code(tty))) &&
    (!isTypeWanted || types.of(number).some(isTypeWanted))
}

interface NameReading {
  readonly sink: ImportSink
  readonly types: TypesByConcept
  /** Gets the concepts that have a name. */
  readonly kept: NumberSet
}

/** The concept whose rows are being read. */
interface Gathering {
  number: number
  atoms: Atom[]
  codes: string[]
}

/** Reads the names and returns the abbreviations of their vocabularies. */
async function readNames(release: OpenRelease, reading: NameReading): Promise<ReadonlySet<string>> {
  const { sink, types, kept } = reading
  const labels = new Set<string>()
  let open: Gathering = { number: -1, atoms: [], codes: [] }
  const finish = (): void => {
    if (open.atoms.length === 0) return
    sink.concept({
      ...draftOf(release, open.number),
      names: namesOf(open.atoms, kept.has(open.number)),
      types: types.of(open.number),
      xrefs: open.codes,
    })
    kept.add(open.number)
  }
  await release.read('conso', sink, (columns) => {
    const [id, sab, tty, str, code] = columns.all('ID', 'SAB', 'TTY', 'STR', 'CODE')
    const isWanted = nameFilter(release, columns, types)
    const precedenceOf = createPrecedence(release, columns)
    return (row, bad) => {
      const number = row.conceptNumber(id)
      if (number < 0) return bad(noIdentifier(row, id))
      if (number !== open.number) {
        finish()
        open = { number, atoms: [], codes: [] }
      }
      if (!isWanted(row, number)) return
      const text = cleaned(row.text(str))
      if (text === '') return bad('its name is empty')
      if (text.includes('\ufffd')) return bad('its name is not UTF-8')
      const vocabulary = row.code(sab)
      const termType = row.code(tty)
      labels.add(vocabulary)
      open.atoms.push({ text, vocabulary, termType, precedence: precedenceOf(row, vocabulary, termType) })
      const codeAsId = codeId(vocabulary, termType, row.code(code))
      if (codeAsId !== undefined && !open.codes.includes(codeAsId)) open.codes.push(codeAsId)
    }
  })
  finish()
  return labels
}

function draftOf({ kind }: OpenRelease, number: number): ConceptDraft {
  return { id: idOf(kind, number), names: [], types: [], groups: [], parents: [], xrefs: [], definitions: [] }
}

/** MRRANK first; among equals the preferred term, its preferred form, and the preferred atom (TS, STT, ISPREF). */
function createPrecedence(
  { ranks }: OpenRelease,
  columns: Columns,
): (row: Row, vocabulary: string, termType: string) => number {
  const [ts, stt, isPreferred] = columns.all('TS', 'STT', 'ISPREF')
  return (row, vocabulary, termType) =>
    (ranks.get(rankKey(vocabulary, termType)) ?? 0) * 8 +
    (row.code(ts) === 'P' ? 4 : 0) +
    (row.code(stt) === 'PF' ? 2 : 0) +
    (row.code(isPreferred) === 'Y' ? 1 : 0)
}

async function readDefinitions(release: OpenRelease, sink: ImportSink, kept: NumberSet): Promise<void> {
  const { vocabularies, languages, suppressible } = release.filters
  await release.read('def', sink, (columns) => {
    const [id, sab, def, suppress] = columns.all('ID', 'SAB', 'DEF', 'SUPPRESS')
    return (row, bad) => {
      const number = row.conceptNumber(id)
      if (number < 0) return bad(noIdentifier(row, id))
      if (!kept.has(number)) return
      const source = row.code(sab)
      const language = release.vocabularies.get(source)?.language ?? 'ENG'
      const isWanted =
        languages.has(language) &&
        (!vocabularies || vocabularies.has(source)) &&
        (suppressible || suppress < 0 || row.code(suppress) === 'N')
      if (!isWanted) return
      const text = cleaned(row.text(def))
      if (text === '') return bad('its definition is empty')
      sink.concept({ ...draftOf(release, number), definitions: [{ source, text }] })
    }
  })
}

/**
 * Is-a links. REL and RELA say what the second concept is to the first: `PAR` (and RELA `inverse_isa`) that the second
 * is the parent, `CHD` (and RELA `isa`) that it is the child.
 */
async function readRelations(release: OpenRelease, sink: ImportSink, kept: NumberSet): Promise<void> {
  const children = new GrowingUint32()
  const parents = new GrowingUint32()
  const { vocabularies, suppressible } = release.filters
  await release.read('rel', sink, (columns) => {
    const [one, two, rel, rela, sab, suppress] = columns.all('ID1', 'ID2', 'REL', 'RELA', 'SAB', 'SUPPRESS')
    return (row, bad) => {
      const label = row.code(rela)
      const relation = row.code(rel)
      const isParent = relation === 'PAR' || label === 'inverse_isa'
      if (!isParent && relation !== 'CHD' && label !== 'isa') return
      // RxNorm leaves the concepts of relations between atoms empty.
      if (row.code(one) === '' || row.code(two) === '') return
      const [first, second] = [row.conceptNumber(one), row.conceptNumber(two)]
      if (first < 0 || second < 0) return bad(noIdentifier(row, first < 0 ? one : two))
      if (!suppressible && suppress >= 0 && /[OEY]/.test(row.code(suppress))) return
      if (vocabularies && !vocabularies.has(row.code(sab))) return
      const [child, parent] = isParent ? [first, second] : [second, first]
      if (child === parent || !kept.has(child)) return
      children.push(child)
      parents.push(parent)
    }
  })
  const sorted = sortPairs(children.view(), parents.view())
  for (let first = 0; first < sorted.keys.length;) {
    const child = sorted.keys[first]!
    let end = first + 1
    while (end < sorted.keys.length && sorted.keys[end] === child) end += 1
    const ids = new Set(sorted.values.subarray(first, end))
    sink.concept({
      ...draftOf(release, child),
      parents: Array.from(ids, (parent) => idOf(release.kind, parent)),
    })
    first = end
  }
}

/** Retired ids that another concept stands for alone (REL `SY`, or RxNorm's cardinality 1), through chains of them. */
async function readRetired(release: OpenRelease, sink: ImportSink, kept: NumberSet): Promise<void> {
  const replacements = new Map<number, number>()
  await release.read('cui', sink, (columns) => {
    const [one, two, rel, cardinality] = columns.all('ID1', 'ID2', 'REL', 'CARDINALITY')
    return (row, bad) => {
      const isSole = rel >= 0 ? row.code(rel) === 'SY' : cardinality < 0 || row.code(cardinality) === '1'
      if (!isSole || row.code(two) === '') return
      const [retired, current] = [row.conceptNumber(one), row.conceptNumber(two)]
      if (retired < 0 || current < 0) return bad(noIdentifier(row, retired < 0 ? one : two))
      if (retired !== current && !kept.has(retired)) replacements.set(retired, current)
    }
  })
  for (const retired of replacements.keys()) {
    let current = retired
    const seen = new Set<number>()
    for (let next = replacements.get(current); next !== undefined && !seen.has(current);) {
      seen.add(current)
      current = next
      next = replacements.get(current)
    }
    if (!kept.has(current)) continue
    sink.concept({ ...draftOf(release, current), xrefs: [idOf(release.kind, retired)] })
  }
}
