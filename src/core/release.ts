/** How many names of a UMLS or RxNorm release have these values; a name is in exactly one cell, so that sums are exact. */
export interface NameCell {
  readonly vocabulary: string
  readonly language: string
  readonly termType: string
  /** Whether its source calls it suppressible or obsolete. */
  readonly suppressible: boolean
  /** The groups of its concept's semantic types; empty when the release does not say. */
  readonly groups: readonly string[]
  readonly nNames: number
}
