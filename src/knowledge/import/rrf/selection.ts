import { ConceptLensError } from '../../../core/index.ts'
import { groupOf, isSemanticGroup, tuiOf } from '../../semanticTypes.ts'

/** What of a release to import. */
export interface ReleaseSelection {
  /** Abbreviations of source vocabularies (`MSH`, `SNOMEDCT_US`); by default all. */
  readonly vocabularies?: readonly string[]
  /** Three-letter codes (`ENG`); by default English alone. */
  readonly languages?: readonly string[]
  /** Term types (`PT`, `SY`); by default all. */
  readonly termTypes?: readonly string[]
  /** Semantic types (`T047`, Disease or Syndrome) and groups (`DISO`): concepts of any of them; by default all concepts. */
  readonly semanticTypes?: readonly string[]
  /** Also names that their source calls obsolete or suppressible. */
  readonly suppressible?: boolean
}

/** A selection as it is asked of every row; an absent filter takes all. */
export interface Filters {
  readonly vocabularies: ReadonlySet<string> | undefined
  readonly languages: ReadonlySet<string>
  readonly termTypes: ReadonlySet<string> | undefined
  readonly isTypeWanted: ((tui: string) => boolean) | undefined
  readonly suppressible: boolean
}

/** Checks a selection. Throws for a semantic type or group that does not exist. */
export function filtersOf(selection: ReleaseSelection = {}): Filters {
  return {
    vocabularies: upperCase(selection.vocabularies),
    languages: upperCase(selection.languages) ?? new Set(['ENG']),
    termTypes: upperCase(selection.termTypes),
    isTypeWanted: typeFilter(selection.semanticTypes),
    suppressible: selection.suppressible === true,
  }
}

/** A selection in one spelling, to tell whether a store was made with it; empty for the default. */
export function selectionKey(selection: ReleaseSelection = {}): string {
  const { vocabularies, languages, termTypes, suppressible } = filtersOf(selection)
  const sorted = (values: Iterable<string> | undefined): string[] | undefined => values && [...values].sort()
  const key = JSON.stringify({
    vocabularies: sorted(vocabularies),
    languages: sorted(languages)?.join() === 'ENG' ? undefined : sorted(languages),
    termTypes: sorted(termTypes),
    semanticTypes: sorted(selection.semanticTypes?.length ? selection.semanticTypes : undefined),
    suppressible: suppressible || undefined,
  })
  return key === '{}' ? '' : key
}

function upperCase(values: readonly string[] | undefined): ReadonlySet<string> | undefined {
  return values?.length ? new Set(values.map((value) => value.toUpperCase())) : undefined
}

function typeFilter(wanted: readonly string[] | undefined): Filters['isTypeWanted'] {
  if (!wanted?.length) return undefined
  const tuis = new Set<string>()
  const groups = new Set<string>()
  for (const value of wanted) {
    const tui = tuiOf(value)
    if (tui) tuis.add(tui)
    else if (isSemanticGroup(value.toUpperCase())) groups.add(value.toUpperCase())
    else
      throw new ConceptLensError(
        'kb-unknown-type',
        `"${value}" is neither a semantic type (T047, Disease or Syndrome) nor a semantic group (DISO).`,
      )
  }
  return (tui) => tuis.has(tui) || groups.has(groupOf(tui) ?? '')
}
