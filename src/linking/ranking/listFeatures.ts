import type { Candidate } from '../../core/index.ts'
import type { EngineInfo, FeatureRanker } from '../../inference/index.ts'
import { featureVectors, typeMatch } from './features.ts'
import type { FeatureInput } from './features.ts'
import { dot, gelu, sharesOf } from './shortlist.ts'

/** The features of the first candidates of a list, for one mention. */
export interface ListFeatures {
  /** Of one candidate, as many and in the order as the model names them. */
  readonly rowOf: (rank: number) => readonly number[]
  /** The share that each has by its features alone, 0 … 1; `undefined` when the model has no ranker of features. */
  readonly shares: Float64Array | undefined
}

/**
 * The features of the first `n` candidates of a list. What depends on names alone is kept as long as the list lives: at
 * every keystroke the mentions of a passage are ranked again, and all that has changed is what the tagger takes them for.
 */
export function listFeatures(input: FeatureInput, n: number, info: EngineInfo): ListFeatures {
  const { candidates, groupShares } = input
  const { rows, ranker, column } = namesOf(input, n, info)
  const fits = rows.map((_, rank) => typeMatch(candidates[rank] as Candidate, groupShares))
  return {
    rowOf: (rank) => (rows[rank] ?? []).map((value, i) => (i === column ? (fits[rank] ?? 0) : value)),
    shares: ranker && sharesOf(fits.map((fit, rank) => ranker(rank, fit))),
  }
}

/** What is kept of a list. */
interface ListNames {
  readonly input: FeatureInput
  readonly n: number
  /** All features, as if no candidate fitted the mention's type. */
  readonly rows: readonly (readonly number[])[]
  /** The logit of a candidate that fits so well. */
  readonly ranker: ((rank: number, fit: number) => number) | undefined
  /** The place of `typeMatch` in a row, −1 when the model does not ask for it. */
  readonly column: number
}

const known = new WeakMap<EngineInfo, WeakMap<readonly Candidate[], ListNames>>()

function namesOf(input: FeatureInput, n: number, info: EngineInfo): ListNames {
  const ofModel = known.get(info) ?? new WeakMap<readonly Candidate[], ListNames>()
  known.set(info, ofModel)
  const { candidates, lookedUp, expanded } = input
  const kept = ofModel.get(candidates)
  if (kept?.n === n && kept.input.lookedUp === lookedUp && kept.input.expanded === expanded) return kept
  const column = info.features.indexOf('typeMatch')
  const rows = featureVectors({ lookedUp, expanded, candidates }, n, info.features)
  for (const row of rows) if (column >= 0) row[column] = 0
  const ranker = info.featureRanker && rankerOver(rows, info.featureRanker, column)
  const names = { input, n, rows, ranker, column }
  ofModel.set(candidates, names)
  return names
}

/** `featureScore` of rows of which one column alone, 0 so far, is yet to come. */
function rankerOver(
  rows: readonly (readonly number[])[],
  ranker: FeatureRanker,
  column: number,
): (rank: number, fit: number) => number {
  const { linear, bias, hidden, hiddenBias, output } = ranker
  const direct = rows.map((row) => bias + dot(linear, row))
  const sums = rows.map((row) =>
    Float64Array.from(hidden, (weights, unit) => (hiddenBias[unit] ?? 0) + dot(weights, row)),
  )
  const perFit = Float64Array.from(hidden, (weights) => weights[column] ?? 0)
  const weights = Float64Array.from(output)
  return (rank, fit) => {
    const own = sums[rank] ?? new Float64Array(0)
    let score = (direct[rank] ?? 0) + (linear[column] ?? 0) * fit
    for (let unit = 0; unit < own.length; unit++)
      score += (weights[unit] ?? 0) * gelu((own[unit] ?? 0) + (perFit[unit] ?? 0) * fit)
    return score
  }
}
