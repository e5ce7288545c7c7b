import { ALIGNMENT_FEATURES, type AlignmentModel } from '../../src/alignment/index.ts'

/** Weights that tests can reckon with: a candidate's logit is `10 · cosine − 6`, plus the encoder's logit, plus `10 · dense`. */
export const plainModel: AlignmentModel = {
  version: 1,
  model: 'fake 1',
  features: [...ALIGNMENT_FEATURES],
  variants: {
    names: {
      names: only('lexicalScore', 10),
      bias: -6,
      calibration: {
        alone: both(0, 1),
      },
    },
    'names+encoder': {
      names: only('lexicalScore', 10),
      bias: -6,
      encoder: { weight: 1, bias: 0, gap: 0 },
      calibration: {
        agree: both(0.5, 1),
        disagree: both(0, 0.5),
      },
    },
  },
}

/** The plain model with a variant for vectors, too. */
export const modelWithVectors: AlignmentModel = {
  ...plainModel,
  variants: {
    ...plainModel.variants,
    'names+dense': {
      names: only('lexicalScore', 10),
      bias: -6,
      dense: { weight: 10, bias: 0, gap: 0 },
      calibration: {
        agree: both(0.5, 1),
        disagree: both(0, 0.5),
      },
    },
  },
}

function only(feature: (typeof ALIGNMENT_FEATURES)[number], weight: number): number[] {
  return ALIGNMENT_FEATURES.map((name) => (name === feature ? weight : 0))
}

/** The same straight line for names that are equal and for those that are similar. */
function both(low: number, high: number): { exact: [number, number][]; similar: [number, number][] } {
  const line: [number, number][] = [
    [0, low],
    [1, high],
  ]
  return { exact: line, similar: line }
}
