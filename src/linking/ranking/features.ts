import type { Candidate } from '../../core/index.ts'

/** What the features of a mention's candidates are computed from. */
export interface FeatureInput {
  /** What was looked up: the expansion when there is one, else the surface form. */
  readonly lookedUp: string
  /** Whether {@link lookedUp} is an expansion. */
  readonly expanded: boolean
  /** The semantic group that the tagger (or the annotation) gives the mention. */
  readonly group?: string
  /** The whole fused list, in its order: rank and shares are taken over it. */
  readonly candidates: readonly Candidate[]
}

/**
 * The features that accompany a candidate into the model, in the order of the manifest.
 * The training recipe computes the same numbers; this is their definition. `ln` is the natural logarithm.
 *
 * | feature | value | range |
 * |---|---|---|
 * | `lexicalScore` | `candidate.lexicalScore` | 0 … 1 |
 * | `exact` | 1 when `candidate.exact`, else 0 | 0, 1 |
 * | `caseExact` | 1 when `matchedName` equals what was looked up verbatim, else 0 | 0, 1 |
 * | `nameShare` | exact: `nameCount / (1 + Σ nameCount of the exact candidates of the list)`; 0 when not exact | 0 … 1 |
 * | `logNameCount` | `ln(1 + nameCount) / 5` | ≥ 0 |
 * | `logConceptCount` | `ln(1 + conceptCount) / 8` | ≥ 0 |
 * | `isPreferred` | 1 when `matchedKind` is `preferred`, else 0 | 0, 1 |
 * | `expanded` | 1 when an expansion was looked up, else 0 | 0, 1 |
 * | `reciprocalRank` | `1 / (1 + rank)`, rank counted from 0 in the whole fused list | 0 … 1 |
 * | `typeMatch` | 1 when the candidate's groups hold the mention's group, 0 when not, 0.5 when either is unknown | 0, 0.5, 1 |
 */
export const featureNames = [
  'lexicalScore',
  'exact',
  'caseExact',
  'nameShare',
  'logNameCount',
  'logConceptCount',
  'isPreferred',
  'expanded',
  'reciprocalRank',
  'typeMatch',
] as const

export type FeatureName = (typeof featureNames)[number]

/** The features of the candidate at `rank` of the list; see {@link featureNames}. */
export function featuresOf(input: FeatureInput, rank: number): Readonly<Record<FeatureName, number>> {
  const candidate = input.candidates[rank]
  if (!candidate) throw new RangeError(`No candidate at rank ${String(rank)}`)
  return {
    lexicalScore: candidate.lexicalScore,
    exact: Number(candidate.exact),
    caseExact: Number(candidate.matchedName === input.lookedUp),
    nameShare: candidate.exact ? candidate.nameCount / (1 + exactCount(input.candidates)) : 0,
    logNameCount: Math.log(1 + candidate.nameCount) / 5,
    logConceptCount: Math.log(1 + candidate.conceptCount) / 8,
    isPreferred: Number(candidate.matchedKind === 'preferred'),
    expanded: Number(input.expanded),
    reciprocalRank: 1 / (1 + rank),
    typeMatch: typeMatch(candidate, input.group),
  }
}

/** The features of the candidate at `rank`, as many and in the order as the model names them. */
export function featureVector(input: FeatureInput, rank: number, names: readonly string[]): number[] {
  const features = featuresOf(input, rank)
  return names.map((name) => {
    if (!isFeatureName(name))
      throw new RangeError(`The model asks for a feature "${name}"; known are ${featureNames.join(', ')}`)
    return features[name]
  })
}

const isFeatureName = (name: string): name is FeatureName =>
  (featureNames as readonly string[]).includes(name)

function exactCount(candidates: readonly Candidate[]): number {
  return candidates.reduce((sum, candidate) => sum + (candidate.exact ? candidate.nameCount : 0), 0)
}

function typeMatch(candidate: Candidate, group: string | undefined): number {
  if (group === undefined || candidate.groups.length === 0) return 0.5
  return Number(candidate.groups.includes(group))
}
