import * as v from 'valibot'
import { ConceptLensError } from '../core/index.ts'
import { ALIGNMENT_FEATURES } from './evidence.ts'

/** Of a source: its value, that it judged at all, and what the value is less than the highest of the term. */
const Weighed = v.object({ weight: v.number(), bias: v.number(), gap: v.number() })

/** Points (share of evidence, probability), both rising; between two of them the probability is interpolated. */
const Curve = v.pipe(v.array(v.tuple([v.number(), v.number()])), v.minLength(1))

/** Apart for terms whose first candidate has the very name and for those where it is merely similar. */
const Curves = v.object({ exact: Curve, similar: Curve })

const VariantSchema = v.object({
  /** Weight of each name of {@link AlignmentModel.features}, in that order. */
  names: v.array(v.number()),
  bias: v.number(),
  /** For candidates that the cross-encoder read. */
  encoder: v.optional(Weighed),
  /** For candidates that have the cosine of a vector. */
  dense: v.optional(Weighed),
  /** By isotonic regression (Zadrozny and Elkan 2002), for each {@link Agreement}. */
  calibration: v.object({
    alone: v.optional(Curves),
    agree: v.optional(Curves),
    disagree: v.optional(Curves),
  }),
})

const ModelSchema = v.object({
  version: v.literal(1),
  /** Name and version of the linker's model whose logits were weighed. */
  model: v.string(),
  features: v.array(v.string()),
  variants: v.record(v.string(), VariantSchema),
})

/**
 * How evidence is weighed, for each set of sources that may be at hand (`names`, `names+encoder`, `names+dense`,
 * `names+encoder+dense`). A candidate's logit is `names · features + bias`, and `weight · value + bias + gap ·
 * (value − highest)` for each further source that judged it; the logit of "none of these" is 0. Fitted by the recipe on held-out synonyms.
 */
export type AlignmentModel = v.InferOutput<typeof ModelSchema>
export type Variant = v.InferOutput<typeof VariantSchema>
export type SourceWeights = v.InferOutput<typeof Weighed>

/** The file beside the linker's model that holds an {@link AlignmentModel}. */
export const ALIGNMENT_MODEL_FILE = 'alignment.json'

/**
 * Reads an {@link AlignmentModel}.
 * @param path for messages
 * @throws ConceptLensError `alignment-model-invalid`
 */
export function readAlignmentModel(text: string, path: string): AlignmentModel {
  const found = v.safeParse(ModelSchema, parsedJson(text, path))
  if (!found.success) throw unfit(path, v.flatten(found.issues).root?.[0] ?? found.issues[0].message)
  const { features, variants } = found.output
  if (features.join() !== ALIGNMENT_FEATURES.join())
    throw unfit(
      path,
      `its features are ${features.join(', ')}; this program has ${ALIGNMENT_FEATURES.join(', ')}`,
    )
  for (const [name, { names }] of Object.entries(variants))
    if (names.length !== features.length)
      throw unfit(path, `the variant ${name} has ${names.length} weights for ${features.length} features`)
  if (!variants['names']) throw unfit(path, 'the variant "names" is missing')
  return found.output
}

function parsedJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw unfit(path, cause instanceof Error ? cause.message : String(cause), cause)
  }
}

function unfit(path: string, what: string, cause?: unknown): ConceptLensError {
  return new ConceptLensError(
    'alignment-model-invalid',
    `${path} cannot be used: ${what}. Install the model again, or leave out --model.`,
    { cause },
  )
}
