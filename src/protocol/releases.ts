import type { NameCell } from '../core/index.ts'

export type { NameCell }

/** What a release holds, as `kb import --counts` tells the editor before an import. */
export interface ReleaseSummary {
  readonly source: string
  readonly cells: readonly NameCell[]
  /** Full names of source vocabularies and semantic groups, by their codes. */
  readonly titles: Readonly<Record<string, string>>
}

/** What of releases to import; an absent list takes all. */
export interface ReleaseFilters {
  readonly languages: readonly string[]
  readonly vocabularies?: readonly string[]
  readonly termTypes?: readonly string[]
  readonly groups?: readonly string[]
  /** Also names that are suppressible or obsolete. */
  readonly suppressible: boolean
}
