import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { unfitFile } from './modelFiles.ts'
import type { ModelManifest } from './modelManifest.ts'

/** The file in a model's folder with its {@link FeatureRanker}; optional. */
export const FEATURE_RANKER_FILE = 'features.json'

const Row = v.array(v.number())

const FeatureRankerSchema = v.object({
  /** Weight of each feature, in the order of the manifest. */
  linear: Row,
  bias: v.number(),
  /** `[units, features]`, with their biases and output weights. */
  hidden: v.array(Row),
  hiddenBias: Row,
  output: Row,
})

/**
 * A small ranker that knows a candidate's features alone: `linear · x + bias + output · gelu(hidden x + hiddenBias)`.
 * It was fitted with a softmax over a mention's candidates and "none of these", whose logit is 0. Costs microseconds,
 * and so chooses which candidates the encoder reads.
 */
export type FeatureRanker = v.InferOutput<typeof FeatureRankerSchema>

/**
 * The ranker that belongs to a model, when it has one.
 * @throws ConceptLensError `model-manifest-invalid` when it does not fit the manifest
 */
export async function readFeatureRanker(
  modelDir: string,
  manifest: ModelManifest,
): Promise<FeatureRanker | undefined> {
  if (!manifest.sha256[FEATURE_RANKER_FILE]) return undefined
  const path = join(modelDir, FEATURE_RANKER_FILE)
  const found = v.safeParse(FeatureRankerSchema, await parsedJson(path))
  if (!found.success) throw unfitFile(path, found.issues[0].message)
  const { linear, hidden, hiddenBias, output } = found.output
  const nFeatures = manifest.features.length
  if (linear.length !== nFeatures || hidden.some((row) => row.length !== nFeatures))
    throw unfitFile(path, `it does not have one weight for each of the ${nFeatures} features of the manifest`)
  if (hiddenBias.length !== hidden.length || output.length !== hidden.length)
    throw unfitFile(path, `hidden, hiddenBias and output differ in length`)
  return found.output
}

async function parsedJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw unfitFile(path, cause instanceof Error ? cause.message : String(cause), cause)
  }
}
