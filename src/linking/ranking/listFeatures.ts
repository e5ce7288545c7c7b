import type { Candidate } from '../../core/index.ts'
import { dot, gelu } from '../../inference/index.ts'
import type { EngineInfo, FeatureRanker } from '../../inference/index.ts'
import { featureVectors, isPlaceFeature, placeFeatures } from './features.ts'
import type { FeatureInput } from './features.ts'
import { sharesOf } from './shortlist.ts'

/** The features of the first candidates of a list, for one mention. */
export interface ListFeatures {
  /** Of one candidate, as many and in the order as the model names them. */
  readonly rowOf: (rank: number) => readonly number[]
  /** The share that each has by its features alone, 0 … 1; `undefined` when the model has no ranker of features. */
  readonly shares: Float64Array | undefined
}

/**
 * The features of the first `n` candidates of a list. What depends on names alone is kept as long as the list lives: at
 * every keystroke the mentions of a passage are ranked again, and all that has changed is what stands around them.
 */
export function listFeatures(input: FeatureInput, n: number, info: EngineInfo): ListFeatures {
  const { candidates } = input
  const { rows, ranker, places } = namesOf(input, n, info)
  const values = rows.map((_, rank) => {
    const all = placeFeatures(candidates[rank] as Candidate, input)
    return places.map(({ name }) => all[name])
  })
  return {
    rowOf(rank) {
      const row = [...(rows[rank] ?? [])]
      places.forEach(({ column }, i) => (row[column] = values[rank]?.[i] ?? 0))
      return row
    },
    shares: ranker && sharesOf(values.map((own, rank) => ranker(rank, own))),
  }
}

/** What is kept of a list. */
interface ListNames {
  readonly input: FeatureInput
  readonly n: number
  /** All features; 0 those that depend on where the mention stands. */
  readonly rows: readonly (readonly number[])[]
  /** The logit of a candidate, given those that are missing in its row. */
  readonly ranker: ((rank: number, missing: readonly number[]) => number) | undefined
  /** Features that depend on where the mention stands, as far as the model asks for them, and their places in a row. */
  readonly places: readonly {
    readonly name: keyof ReturnType<typeof placeFeatures>
    readonly column: number
  }[]
}

const known = new WeakMap<EngineInfo, WeakMap<readonly Candidate[], ListNames>>()

function namesOf(input: FeatureInput, n: number, info: EngineInfo): ListNames {
  const ofModel = known.get(info) ?? new WeakMap<readonly Candidate[], ListNames>()
  known.set(info, ofModel)
  const { candidates, lookedUp, expanded } = input
  const kept = ofModel.get(candidates)
  if (kept?.n === n && kept.input.lookedUp === lookedUp && kept.input.expanded === expanded) return kept
  const places = info.features.flatMap((name, column) => (isPlaceFeature(name) ? [{ name, column }] : []))
  const rows = featureVectors({ lookedUp, expanded, candidates }, n, info.features)
  for (const row of rows) for (const { column } of places) row[column] = 0
  const columns = places.map(({ column }) => column)
  const ranker = info.featureRanker && rankerOver(rows, info.featureRanker, columns)
  const names = { input, n, rows, ranker, places }
  ofModel.set(candidates, names)
  return names
}

/** `featureScore` of rows of which some columns, 0 so far, are yet to come. */
function rankerOver(
  rows: readonly (readonly number[])[],
  ranker: FeatureRanker,
  columns: readonly number[],
): (rank: number, missing: readonly number[]) => number {
  const { linear, bias, hidden, hiddenBias, output } = ranker
  const direct = rows.map((row) => bias + dot(linear, row))
  const sums = rows.map((row) => hidden.map((weights, unit) => (hiddenBias[unit] ?? 0) + dot(weights, row)))
  const weightsOf = (row: readonly number[]) => columns.map((column) => row[column] ?? 0)
  const linearOfMissing = weightsOf(linear)
  const hiddenOfMissing = hidden.map(weightsOf)
  return (rank, missing) => {
    let score = (direct[rank] ?? 0) + dot(linearOfMissing, missing)
    sums[rank]?.forEach((sum, unit) => {
      score += (output[unit] ?? 0) * gelu(sum + dot(hiddenOfMissing[unit] ?? [], missing))
    })
    return score
  }
}
