import type { Candidate } from '../../core/index.ts'
import type { FitOf } from '../../inference/index.ts'
import { fold } from '../../knowledge/index.ts'

/** What the features of a mention's candidates are computed from. */
export interface FeatureInput {
  /** What was looked up: the expansion when there is one, else the surface form. */
  readonly lookedUp: string
  /** Whether {@link lookedUp} is an expansion. */
  readonly expanded: boolean
  /** How probable each semantic group is for the mention, as shares of 1. */
  readonly groupShares?: Readonly<Record<string, number>> | undefined
  /** How well the mention stands where concepts do in training text; `undefined` when that is not known. */
  readonly fitOf?: FitOf | undefined
  /** The whole fused list, in its order: rank and shares are taken over it. */
  readonly candidates: readonly Candidate[]
}

/**
 * The features that accompany a candidate into the model, in the order of the manifest.
 * The training recipe computes the same numbers; this is their definition. `ln` is the natural logarithm. *Words* are
 * those of the folded text, less a common ending (`ies es s ic al ed ing y e`) where they have five letters or more.
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
 * | `typeMatch` | sum of the mention's `groupShares` over the candidate's groups; 0.5 when either is unknown | 0 … 1 |
 * | `sameWords` | Dice's coefficient of the words looked up and those of `matchedName` | 0 … 1 |
 * | `samePreferredWords` | the same with `preferredName` | 0 … 1 |
 * | `sameLastWord` | 1 when the last words looked up and of `matchedName` are equal, else 0 | 0, 1 |
 * | `samePreferredLastWord` | the same with `preferredName` | 0, 1 |
 * | `sameFirstWord` | 1 when the first words looked up and of `matchedName` are equal, else 0 | 0, 1 |
 * | `conceptShare` | as `nameShare`, of `conceptCount` | 0 … 1 |
 * | `soleExact` | 1 when it is the only exact candidate, else 0 | 0, 1 |
 * | `exactPreferred` | 1 when exact and `preferredName` folds to what was looked up, else 0 | 0, 1 |
 * | `isObserved`, `isAbbreviation` | 1 when `matchedKind` is that, else 0 | 0, 1 |
 * | `shorterName` | `1 − min(1, words of matchedName / words looked up)` | 0 … 1 |
 * | `longerName` | `1 − min(1, words looked up / words of matchedName)` | 0 … 1 |
 * | `lexicalGap` | `lexicalScore` less that of the first of the list | −1 … 1 |
 * | `denseScore` | `candidate.denseScore` | −1 … 1 |
 * | `denseGap` | `denseScore` less the highest of the list | −2 … 0 |
 * | `officialScore` | `candidate.officialScore / 1.7` | 0 … 1 |
 * | `logMatches` | `ln(1 + nMatches) / 3` | ≥ 0 |
 * | `shareOfConcept` | `nameCount / (1 + conceptCount)`: how much of what annotated text calls the concept is this name | 0 … 1 |
 * | `contextFit` | `fitOf(candidate.id).closeness`; 0 when there is none | about −2 … 2 |
 * | `contextKnown` | 1 when there is one, else 0 | 0, 1 |
 * | `contextCount` | `ln(1 + fitOf(candidate.id).count) / 8`; 0 when there is none | ≥ 0 |
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
  'sameWords',
  'samePreferredWords',
  'sameLastWord',
  'samePreferredLastWord',
  'sameFirstWord',
  'conceptShare',
  'soleExact',
  'exactPreferred',
  'isObserved',
  'isAbbreviation',
  'shorterName',
  'longerName',
  'lexicalGap',
  'denseScore',
  'denseGap',
  'officialScore',
  'logMatches',
  'shareOfConcept',
  'contextFit',
  'contextKnown',
  'contextCount',
] as const

export type FeatureName = (typeof featureNames)[number]

/** The features of one candidate. */
export type Features = Readonly<Record<FeatureName, number>>

/** The features of the first `n` candidates of the list; see {@link featureNames}. */
export function featuresOf(input: FeatureInput, n: number): readonly Features[] {
  const list = listOf(input)
  return input.candidates.slice(0, n).map((candidate, rank) => ofCandidate(candidate, rank, list))
}

/**
 * As {@link featuresOf}, as many and in the order as the model names them.
 * @throws RangeError for a name that is not known
 */
export function featureVectors(input: FeatureInput, n: number, names: readonly string[]): number[][] {
  const known = names.map((name) => {
    if (isFeatureName(name)) return name
    throw new RangeError(`The model asks for a feature "${name}"; known are ${featureNames.join(', ')}`)
  })
  return featuresOf(input, n).map((features) => known.map((name) => features[name]))
}

/** Features that depend on where the mention stands; all others depend on names alone. */
type PlaceFeatureName = 'typeMatch' | 'contextFit' | 'contextKnown' | 'contextCount'

export const isPlaceFeature = (name: string): name is PlaceFeatureName =>
  name === 'typeMatch' || name.startsWith('context')

const isFeatureName = (name: string): name is FeatureName =>
  (featureNames as readonly string[]).includes(name)

/** What all candidates of a list share. */
interface List {
  readonly input: FeatureInput
  readonly folded: string
  readonly words: readonly string[]
  readonly nExact: number
  readonly exactNameCount: number
  readonly exactConceptCount: number
  readonly bestLexicalScore: number
  readonly bestDenseScore: number
}

function listOf(input: FeatureInput): List {
  const exact = input.candidates.filter((candidate) => candidate.exact)
  const folded = fold(input.lookedUp)
  return {
    input,
    folded,
    words: wordsOf(folded),
    nExact: exact.length,
    exactNameCount: exact.reduce((sum, { nameCount }) => sum + nameCount, 0),
    exactConceptCount: exact.reduce((sum, { conceptCount }) => sum + conceptCount, 0),
    bestLexicalScore: input.candidates[0]?.lexicalScore ?? 0,
    bestDenseScore: Math.max(...input.candidates.map(({ denseScore }) => denseScore)),
  }
}

function ofCandidate(candidate: Candidate, rank: number, list: List): Features {
  const { input, words } = list
  const { exact, nameCount, conceptCount, matchedKind } = candidate
  const name = wordsOf(fold(candidate.matchedName))
  const foldedPreferred = fold(candidate.preferredName)
  const preferred = wordsOf(foldedPreferred)
  return {
    lexicalScore: candidate.lexicalScore,
    exact: Number(exact),
    caseExact: Number(candidate.matchedName === input.lookedUp),
    nameShare: exact ? nameCount / (1 + list.exactNameCount) : 0,
    logNameCount: Math.log(1 + nameCount) / 5,
    logConceptCount: Math.log(1 + conceptCount) / 8,
    isPreferred: Number(matchedKind === 'preferred'),
    expanded: Number(input.expanded),
    reciprocalRank: 1 / (1 + rank),
    sameWords: dice(words, name),
    samePreferredWords: dice(words, preferred),
    sameLastWord: Number(words.length > 0 && words.at(-1) === name.at(-1)),
    samePreferredLastWord: Number(words.length > 0 && words.at(-1) === preferred.at(-1)),
    sameFirstWord: Number(words.length > 0 && words[0] === name[0]),
    conceptShare: exact ? conceptCount / (1 + list.exactConceptCount) : 0,
    soleExact: Number(exact && list.nExact === 1),
    exactPreferred: Number(exact && foldedPreferred === list.folded),
    isObserved: Number(matchedKind === 'observed'),
    isAbbreviation: Number(matchedKind === 'abbreviation'),
    shorterName: 1 - Math.min(1, name.length / Math.max(1, words.length)),
    longerName: 1 - Math.min(1, words.length / Math.max(1, name.length)),
    lexicalGap: candidate.lexicalScore - list.bestLexicalScore,
    denseScore: candidate.denseScore,
    denseGap: candidate.denseScore - list.bestDenseScore,
    officialScore: candidate.officialScore / HIGHEST_SCORE,
    logMatches: Math.log(1 + candidate.nMatches) / 3,
    shareOfConcept: nameCount / (1 + conceptCount),
    ...placeFeatures(candidate, input),
  }
}

/** How well a candidate fits what the mention is taken for, and what stands around it. */
export function placeFeatures(
  candidate: Candidate,
  { groupShares, fitOf }: Pick<FeatureInput, 'groupShares' | 'fitOf'>,
): Readonly<Record<PlaceFeatureName, number>> {
  const fit = fitOf?.(candidate.id)
  return {
    typeMatch: typeMatch(candidate, groupShares),
    contextFit: fit?.closeness ?? 0,
    contextKnown: Number(fit !== undefined),
    contextCount: Math.log(1 + (fit?.count ?? 0)) / 8,
  }
}

/** The `officialScore` of the very name, in letters and in meaning. */
const HIGHEST_SCORE = 1.7

const ENDING = /(?:ies|es|s|ic|al|ed|ing|y|e)$/

function wordsOf(folded: string): string[] {
  if (folded === '') return []
  return folded.split(' ').map((word) => (word.length >= 5 ? word.replace(ENDING, '') : word))
}

/** Dice's coefficient of two sets of words. */
function dice(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return 0
  const first = new Set(a)
  const second = new Set(b)
  let both = 0
  for (const word of first) if (second.has(word)) both += 1
  return (2 * both) / (first.size + second.size)
}

function typeMatch(candidate: Candidate, shares: FeatureInput['groupShares']): number {
  if (shares === undefined || candidate.groups.length === 0) return 0.5
  return Math.min(
    1,
    candidate.groups.reduce((sum, group) => sum + (shares[group] ?? 0), 0),
  )
}
