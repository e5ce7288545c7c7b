import { ThemeIcon, type QuickPickItem } from 'vscode'
import type { ReleaseFilters, ReleaseSummary } from '../../protocol/index.ts'
import type { Answer } from './inOrder.ts'
import {
  countNames,
  countSuppressible,
  languageName,
  valuesOf,
  withPicked,
  type FilterKind,
  type FilterValue,
} from './releaseFilters.ts'
import { pickOne, pickSome, type Question } from './steps.ts'

/** Where a question stands among the others of its command. */
export type Place = Pick<Question, 'title' | 'step' | 'nSteps' | 'canGoBack'>

interface ValueItem extends QuickPickItem {
  readonly value: FilterValue
}

const PLACEHOLDERS: Readonly<Record<FilterKind, string>> = {
  languages: 'Languages of the names to import',
  vocabularies: 'Source vocabularies, with their names in these languages',
  termTypes: 'Term types to import',
  groups: 'Semantic groups of the concepts to import',
}

/** Asks which values of one filter to take, with the number of names of each. */
export async function askValues(
  releases: readonly ReleaseSummary[],
  filters: ReleaseFilters,
  { kind, ...place }: Place & { readonly kind: FilterKind },
): Promise<Answer<ReleaseFilters>> {
  const offered = valuesOf(releases, kind, filters)
  const items = offered.map((value): ValueItem => ({
    label: value.value,
    description: [value.title, names(value.nNames)].filter((part) => part !== '').join(' · '),
    picked: value.isPicked,
    value,
  }))
  const answer = await pickSome({ ...place, placeholder: PLACEHOLDERS[kind] }, items)
  if (answer === undefined || answer === 'back') return answer
  const picked = answer.value.map(({ value }) => value.value)
  return { value: withPicked(filters, kind, { offered, picked }) }
}

type Deed = 'import' | 'suppressible' | 'termTypes' | 'groups'

interface DeedItem extends QuickPickItem {
  readonly deed: Deed
}

/** Shows what would be imported, with filters that few need; answers when a person says that this is it. */
export async function askOverview(
  releases: readonly ReleaseSummary[],
  filters: ReleaseFilters,
  place: Place,
): Promise<Answer<ReleaseFilters>> {
  let current = filters
  for (;;) {
    const placeholder = 'What will be imported: go on with Enter, or choose further'
    const answer = await pickOne({ ...place, placeholder }, overview(releases, current))
    if (answer === undefined || answer === 'back') return answer
    const { deed } = answer.value
    if (deed === 'import') return { value: current }
    if (deed === 'suppressible') current = { ...current, suppressible: !current.suppressible }
    else {
      const { title } = place
      const further = await askValues(releases, current, { title, canGoBack: true, kind: deed })
      if (further === undefined) return undefined
      if (further !== 'back') current = further.value
    }
  }
}

function overview(releases: readonly ReleaseSummary[], filters: ReleaseFilters): readonly DeedItem[] {
  const { languages, vocabularies, termTypes, groups, suppressible } = filters
  const from = vocabularies ? some(vocabularies) : 'all vocabularies'
  const nMore = countSuppressible(releases, filters)
  const hasGroups = valuesOf(releases, 'groups', filters).length > 0
  return [
    {
      deed: 'import',
      label: `Import ${names(countNames(releases, filters))}…`,
      description: `${some(languages.map((code) => languageName(code) || code))} · ${from}`,
      iconPath: new ThemeIcon('arrow-right'),
    },
    {
      deed: 'termTypes',
      label: 'Only some term types…',
      description: termTypes ? some(termTypes) : 'all',
      iconPath: new ThemeIcon('filter'),
    },
    ...(hasGroups
      ? [
          {
            deed: 'groups' as const,
            label: 'Only some semantic groups…',
            description: groups ? some(groups) : 'all',
            iconPath: new ThemeIcon('filter'),
          },
        ]
      : []),
    {
      deed: 'suppressible',
      label: `${suppressible ? 'Leave out' : 'Also import'} suppressible and obsolete names`,
      description: `${names(nMore)}, ${suppressible ? 'imported' : 'left out'} as it stands`,
      iconPath: new ThemeIcon(suppressible ? 'pass-filled' : 'circle-large-outline'),
    },
  ]
}

/** The first few of some codes. */
function some(codes: readonly string[]): string {
  return codes.length <= 3 ? codes.join(', ') : `${codes.slice(0, 2).join(', ')} and ${codes.length - 2} more`
}

function names(n: number): string {
  return `${n.toLocaleString('en')} ${n === 1 ? 'name' : 'names'}`
}
