import type { CancellationToken, NameCell } from '../../../core/index.ts'
import { createPace, type BuildProgress } from '../../store/pace.ts'
import { groupsOf, typeName } from '../../semanticTypes.ts'
import { GrowingUint32 } from '../../store/growing.ts'
import { TypesByConcept } from './numbers.ts'
import type { OpenRelease } from './openRelease.ts'
import { nameFilter } from './readRelease.ts'

/** How many names a value of a filter has: in all, and with the other filters of the selection too. */
export interface ValueCount {
  readonly value: string
  readonly title: string
  readonly nNames: number
  readonly nSelected: number
}

/** What a release holds, and what an import with this selection would take of it. */
export interface ReleaseCounts {
  readonly kind: 'umls' | 'rxnorm'
  /** Rows that name a concept. */
  readonly nNames: number
  readonly nSuppressible: number
  readonly nSelectedNames: number
  readonly nSelectedConcepts: number
  readonly vocabularies: readonly ValueCount[]
  readonly languages: readonly ValueCount[]
  readonly termTypes: readonly ValueCount[]
  readonly semanticTypes: readonly ValueCount[]
  /** All names, the most numerous kinds first. */
  readonly cells: readonly NameCell[]
}

interface Tally {
  nNames: number
  nSelected: number
}

/** Looks through the names of a release once, without keeping them. */
export async function countRelease(
  release: OpenRelease,
  options: { readonly progress?: BuildProgress; readonly token?: CancellationToken } = {},
): Promise<ReleaseCounts> {
  const pace = createPace(options.progress, options.token)
  const total = release.bytesOf('sty') + release.bytesOf('conso')
  let read = 0
  const sink = {
    advance(bytes: number) {
      read += bytes
      pace.note(read, total, 'bytes')
    },
    problem: () => {},
  }
  pace.stage('counting', 1)
  const types = new TypesByConcept()
  await release.read('sty', sink, (columns) => (row) => {
    const number = row.conceptNumber(columns.of('ID'))
    if (number >= 0) types.add(number, row.code(columns.of('TUI')))
  })
  const tallies = { vocabularies: tally(), languages: tally(), termTypes: tally(), semanticTypes: tally() }
  const cells = cellCounter()
  const seen = new GrowingUint32()
  let [nNames, nSuppressible, nSelectedNames, nSelectedConcepts] = [0, 0, 0, 0]
  await release.read('conso', sink, (columns) => {
    const isWanted = nameFilter(release, columns, types)
    const [id, sab, lat, tty, suppress] = columns.all('ID', 'SAB', 'LAT', 'TTY', 'SUPPRESS')
    return (row) => {
      const number = row.conceptNumber(id)
      if (number < 0) return
      const isSelected = isWanted(row, number)
      nNames += 1
      const isSuppressible = row.code(suppress) !== 'N'
      if (isSuppressible) nSuppressible += 1
      cells.add([row.code(sab), row.code(lat), row.code(tty), isSuppressible ? 'Y' : 'N'], types.of(number))
      if (isSelected) {
        nSelectedNames += 1
        if (seen.get(number) === 0) nSelectedConcepts += 1
        seen.set(number, 1)
      }
      tallies.vocabularies.add(row.code(sab), isSelected)
      tallies.languages.add(row.code(lat), isSelected)
      tallies.termTypes.add(row.code(tty), isSelected)
      for (const type of types.of(number)) tallies.semanticTypes.add(type, isSelected)
    }
  })
  const titles = (vocabulary: string): string => release.vocabularies.get(vocabulary)?.title ?? ''
  return {
    kind: release.kind,
    nNames,
    nSuppressible,
    nSelectedNames,
    nSelectedConcepts,
    vocabularies: tallies.vocabularies.counts(titles),
    languages: tallies.languages.counts(),
    termTypes: tallies.termTypes.counts(),
    semanticTypes: tallies.semanticTypes.counts((tui) => typeName(tui) ?? ''),
    cells: cells.counts(),
  }
}

/** Counts rows by their codes and the semantic groups of their concepts. */
function cellCounter(): {
  add(codes: readonly [string, string, string, string], types: readonly string[]): void
  counts(): NameCell[]
} {
  const counted = new Map<string, number>()
  const groupsByTypes = new Map<string, string>()
  return {
    add(codes, types) {
      const typeKey = types.join()
      let groups = groupsByTypes.get(typeKey)
      if (groups === undefined) groupsByTypes.set(typeKey, (groups = groupsOf(types).sort().join()))
      const key = `${codes.join('|')}|${groups}`
      counted.set(key, (counted.get(key) ?? 0) + 1)
    },
    counts: () =>
      [...counted]
        .sort(([keyA, a], [keyB, b]) => b - a || (keyA < keyB ? -1 : 1))
        .map(([key, nNames]) => {
          const [vocabulary, language, termType, flag, groups] = key.split('|') as [string, ...string[]]
          return {
            ...{ vocabulary, language: language!, termType: termType! },
            suppressible: flag === 'Y',
            groups: groups!.split(',').filter((group) => group !== ''),
            nNames,
          }
        }),
  }
}

function tally(): {
  add(value: string, isSelected: boolean): void
  counts(titleOf?: (value: string) => string): ValueCount[]
} {
  const byValue = new Map<string, Tally>()
  return {
    add(value, isSelected) {
      let known = byValue.get(value)
      if (!known) byValue.set(value, (known = { nNames: 0, nSelected: 0 }))
      known.nNames += 1
      if (isSelected) known.nSelected += 1
    },
    counts: (titleOf = () => '') =>
      [...byValue]
        .map(([value, counted]) => ({ value, title: titleOf(value), ...counted }))
        .sort((a, b) => b.nNames - a.nNames || (a.value < b.value ? -1 : 1)),
  }
}
