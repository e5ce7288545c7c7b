/** How many names of a UMLS or RxNorm release have these values; a name is in exactly one cell. */
export interface NameCell {
  readonly vocabulary: string
  readonly language: string
  readonly termType: string
  /** Whether its source calls it suppressible or obsolete. */
  readonly suppressible: boolean
  /** Semantic groups of its concept; empty when the release does not say. */
  readonly groups: readonly string[]
  readonly nNames: number
}

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
