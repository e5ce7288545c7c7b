import * as v from 'valibot'

const Row = v.array(v.number())

/** As a file of the model holds it. */
const FeatureScoreSchema = v.object({
  /** Weight of each feature. */
  linear: Row,
  bias: v.number(),
  /** `[units, features]`, with their biases and output weights. */
  hidden: v.array(Row),
  hiddenBias: Row,
  output: Row,
})

/** A score of a candidate from numbers alone: `linear · x + bias + output · gelu(hidden x + hiddenBias)`. Costs microseconds. */
export type FeatureScore = v.InferOutput<typeof FeatureScoreSchema>

/**
 * @param nFeatures how many numbers it must take
 * @param unfit makes the error of what does not fit
 */
export function readFeatureScore(
  content: unknown,
  nFeatures: number,
  unfit: (what: string) => Error,
): FeatureScore {
  const found = v.safeParse(FeatureScoreSchema, content)
  if (!found.success) throw unfit(`${v.getDotPath(found.issues[0]) ?? 'it'}: ${found.issues[0].message}`)
  const { linear, hidden, hiddenBias, output } = found.output
  if (linear.length !== nFeatures || hidden.some((row) => row.length !== nFeatures))
    throw unfit(`it does not have one weight for each of ${nFeatures} features`)
  if (hiddenBias.length !== hidden.length || output.length !== hidden.length)
    throw unfit('hidden, hiddenBias and output differ in length')
  return found.output
}

/** The score of one candidate. */
export function featureScore(
  { linear, bias, hidden, hiddenBias, output }: FeatureScore,
  row: readonly number[],
): number {
  let score = bias + dot(linear, row)
  hidden.forEach((weights, unit) => {
    score += (output[unit] ?? 0) * gelu((hiddenBias[unit] ?? 0) + dot(weights, row))
  })
  return score
}

export function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0)
  return sum
}

export const gelu = (x: number): number => (x * (1 + erf(x / Math.SQRT2))) / 2

/** The error function to 1.5e-7: Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x))
  const series =
    ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t
  return Math.sign(x) * (1 - series * Math.exp(-x * x))
}
