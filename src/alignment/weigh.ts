import { ALIGNMENT_FEATURES, type Evidence } from './evidence.ts'
import type { AlignmentModel, SourceWeights, Variant } from './alignmentModel.ts'
import type { Agreement } from './term.ts'

/** The candidates of a term in order, with what is thought of the first. */
export interface Weighed {
  /** Indices into the evidence, best first. */
  readonly order: readonly number[]
  /** Share of the fused evidence, in the order of the evidence, 0 … 1; with that of "none" they add up to 1. */
  readonly shares: readonly number[]
  /** Calibrated probability that the first of the order is right, 0 … 1. */
  readonly probability: number
  readonly agreement: Agreement
}

/** Fuses the evidence for a term's candidates. */
export function weigh(evidence: readonly Evidence[], model: AlignmentModel): Weighed {
  const variant = variantFor(evidence, model)
  const shares = softmaxWithNone(logitsOf(evidence, variant))
  const order = [...shares.keys()].sort((a, b) => (shares[b] ?? 0) - (shares[a] ?? 0) || a - b)
  const [best] = order
  if (best === undefined) return { order, shares, probability: 0, agreement: 'alone' }
  const agreement = agreementOn(best, evidence, variantNamed('names', model))
  const curves = variant.calibration[agreement] ?? variant.calibration.alone
  const curve = curves?.[evidence[best]?.candidate.exact ? 'exact' : 'similar'] ?? []
  return { order, shares, probability: interpolated(curve, shares[best] ?? 0), agreement }
}

/** The variant for the sources that judged any candidate; where it was never fitted, one with fewer sources. */
function variantFor(evidence: readonly Evidence[], { variants }: AlignmentModel): Variant {
  const encoder = evidence.some((one) => one.encoder !== undefined) ? '+encoder' : ''
  const dense = evidence.some((one) => one.dense !== undefined) ? '+dense' : ''
  const wanted = [`names${encoder}${dense}`, `names${encoder}`, `names${dense}`, 'names']
  const name = wanted.find((one) => variants[one] !== undefined) ?? 'names'
  return variantNamed(name, { variants })
}

function variantNamed(name: string, { variants }: Pick<AlignmentModel, 'variants'>): Variant {
  const variant = variants[name]
  if (!variant) throw new RangeError(`The alignment model has no variant ${name}`)
  return variant
}

/** Logits of all candidates, in the order of the evidence. */
function logitsOf(evidence: readonly Evidence[], variant: Variant): number[] {
  const sources = [
    sourceLogits(evidence, variant.encoder, ({ encoder }) => encoder),
    sourceLogits(evidence, variant.dense, ({ dense }) => dense),
  ]
  return evidence.map(({ names }, i) => {
    let logit = variant.bias
    ALIGNMENT_FEATURES.forEach((name, place) => {
      logit += (variant.names[place] ?? 0) * names[name]
    })
    return sources.reduce((sum, own) => sum + (own[i] ?? 0), logit)
  })
}

/** What a source adds to each candidate's logit: nothing where it did not judge, or was not fitted. */
function sourceLogits(
  evidence: readonly Evidence[],
  weights: SourceWeights | undefined,
  value: (one: Evidence) => number | undefined,
): readonly number[] {
  if (!weights) return []
  const values = evidence.map(value)
  const highest = Math.max(...values.filter((own) => own !== undefined))
  return values.map((own) =>
    own === undefined ? 0 : weights.weight * own + weights.bias + weights.gap * (own - highest),
  )
}

function softmaxWithNone(logits: readonly number[]): number[] {
  const most = Math.max(0, ...logits)
  const powers = logits.map((logit) => Math.exp(logit - most))
  const sum = powers.reduce((a, b) => a + b, Math.exp(-most))
  return powers.map((power) => power / sum)
}

/** Whether every source that was asked would have chosen the best one, too. */
function agreementOn(best: number, evidence: readonly Evidence[], names: Variant): Agreement {
  const others = [favourite(evidence, (one) => one.encoder), favourite(evidence, (one) => one.dense)].filter(
    (one) => one !== undefined,
  )
  if (others.length === 0) return 'alone'
  const byNames = highestOf(logitsOf(evidence, names))
  return [byNames, ...others].every((one) => one === best) ? 'agree' : 'disagree'
}

/** The candidate that a source values most; `undefined` when it judged none. */
function favourite(
  evidence: readonly Evidence[],
  value: (one: Evidence) => number | undefined,
): number | undefined {
  return highestOf(evidence.map((one) => value(one) ?? -Infinity))
}

function highestOf(values: readonly number[]): number | undefined {
  let best: number | undefined
  values.forEach((own, index) => {
    if (own > (best === undefined ? -Infinity : (values[best] ?? -Infinity))) best = index
  })
  return best
}

/** The value of a curve through points with rising `x`; beyond its ends that of the end. */
export function interpolated(curve: readonly (readonly [number, number])[], x: number): number {
  const after = curve.findIndex(([at]) => at >= x)
  const next = curve[after]
  if (!next) return curve.at(-1)?.[1] ?? 0
  const before = curve[after - 1]
  if (!before || next[0] === before[0]) return next[1]
  return before[1] + ((next[1] - before[1]) * (x - before[0])) / (next[0] - before[0])
}
