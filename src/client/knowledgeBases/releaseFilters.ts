import type { NameCell, ReleaseFilters, ReleaseSummary } from '../../protocol/index.ts'

/** A list of a release's filters. */
export type FilterKind = 'languages' | 'vocabularies' | 'termTypes' | 'groups'

/** A value of a filter, and how many names have it that the other filters let through. */
export interface FilterValue {
  readonly value: string
  /** Its full name; empty when the release does not say. */
  readonly title: string
  readonly nNames: number
  readonly isPicked: boolean
}

/** What is taken when nobody says otherwise: English names (all languages where there are none) that are not suppressible. */
export function defaultFilters(releases: readonly ReleaseSummary[]): ReleaseFilters {
  const languages = [...new Set(cellsOf(releases).map(({ language }) => language))].sort()
  return { languages: languages.includes(ENGLISH) ? [ENGLISH] : languages, suppressible: false }
}

const ENGLISH = 'ENG'

/** The values of one filter, the most frequent first; those that no name has, given the other filters, are left out. */
export function valuesOf(
  releases: readonly ReleaseSummary[],
  kind: FilterKind,
  filters: ReleaseFilters,
): readonly FilterValue[] {
  const counted = new Map<string, number>()
  for (const cell of cellsOf(releases)) {
    if (!passes(cell, filters, kind)) continue
    for (const value of codesOf(cell, kind)) counted.set(value, (counted.get(value) ?? 0) + cell.nNames)
  }
  const picked = filters[kind]
  return [...counted]
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .map(([value, nNames]) => ({
      ...{ value, nNames },
      title: kind === 'languages' ? languageName(value) : titleOf(releases, value),
      isPicked: picked === undefined || picked.includes(value),
    }))
}

/** The filters with these values picked; all of those that were offered are the same as no filter. */
export function withPicked(
  filters: ReleaseFilters,
  kind: FilterKind,
  { offered, picked }: { readonly offered: readonly FilterValue[]; readonly picked: readonly string[] },
): ReleaseFilters {
  if (kind === 'languages') return { ...filters, languages: picked }
  if (picked.length < offered.length) return { ...filters, [kind]: picked }
  const others = { ...filters }
  delete others[kind]
  return others
}

/** How many names an import with these filters takes. Different sources may name one concept alike; each counts. */
export function countNames(releases: readonly ReleaseSummary[], filters: ReleaseFilters): number {
  return cellsOf(releases).reduce((sum, cell) => (passes(cell, filters) ? sum + cell.nNames : sum), 0)
}

/** How many more names there are that are suppressible or obsolete. */
export function countSuppressible(releases: readonly ReleaseSummary[], filters: ReleaseFilters): number {
  const [all, without] = [true, false].map((suppressible) =>
    countNames(releases, { ...filters, suppressible }),
  )
  return all! - without!
}

/** The filters as options of `kb import`. */
export function filterArguments(filters: ReleaseFilters): readonly string[] {
  const { languages, vocabularies, termTypes, groups, suppressible } = filters
  const list = (option: string, values: readonly string[] | undefined): readonly string[] =>
    values === undefined ? [] : [option, ...values]
  return [
    ...list('--languages', languages),
    ...list('--vocabularies', vocabularies),
    ...list('--term-types', termTypes),
    ...list('--semantic-types', groups),
    ...(suppressible ? ['--suppressible'] : []),
  ]
}

/** The full name of a three-letter code of the UMLS, in English; empty for an unknown one. */
export function languageName(code: string): string {
  try {
    const name = new Intl.DisplayNames(['en'], { type: 'language' }).of(code.toLowerCase()) ?? ''
    return name.toLowerCase() === code.toLowerCase() ? '' : name
  } catch {
    return ''
  }
}

const cellsOf = (releases: readonly ReleaseSummary[]): readonly NameCell[] =>
  releases.flatMap(({ cells }) => cells)

function titleOf(releases: readonly ReleaseSummary[], value: string): string {
  return releases.map(({ titles }) => titles[value]).find((title) => title !== undefined) ?? ''
}

function codesOf(cell: NameCell, kind: FilterKind): readonly string[] {
  switch (kind) {
    case 'languages':
      return [cell.language]
    case 'vocabularies':
      return [cell.vocabulary]
    case 'termTypes':
      return [cell.termType]
    case 'groups':
      return cell.groups
  }
}

const KINDS: readonly FilterKind[] = ['languages', 'vocabularies', 'termTypes', 'groups']

/** Whether all filters, but for one that is left out of account, let the names of a cell through. */
function passes(cell: NameCell, filters: ReleaseFilters, except?: FilterKind): boolean {
  if (cell.suppressible && !filters.suppressible) return false
  return KINDS.every((kind) => {
    const wanted = kind === except ? undefined : filters[kind]
    return wanted === undefined || codesOf(cell, kind).some((code) => wanted.includes(code))
  })
}
