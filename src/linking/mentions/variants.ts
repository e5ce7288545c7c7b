/** A form of a text to look up instead of it. */
export interface Variant {
  readonly folded: string
  /** The verbatim text changed in the same way, for the rules of case. */
  readonly surface: string
}

const PLURALS: readonly (readonly [ending: RegExp, singular: string])[] = [
  [/ies$/, 'y'],
  [/(?<=s|x|z|ch|sh)es$/, ''],
  [/(?<=[a-z]{3})ses$/, 'sis'],
  [/(?<=[a-z]{2})ae$/, 'a'],
  [/(?<=[a-rt-z0-9]{2})s$/, ''],
]

/** What a plural may be the plural of: `tumors` → `tumor`, `biopsies` → `biopsy`, `SNPs` → `SNP`. */
export function singularForms(folded: string, surface: string): Variant[] {
  if (folded.length < 4 || !/(?:s|ae)$/.test(folded)) return []
  return PLURALS.flatMap(([ending, singular]) =>
    ending.test(folded)
      ? [
          {
            folded: folded.replace(ending, singular),
            surface: surface.replace(new RegExp(ending, 'i'), singular),
          },
        ]
      : [],
  )
}
