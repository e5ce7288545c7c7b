import { join } from 'node:path'
import { readFeatureScore } from './featureScore.ts'
import type { FeatureScore } from './featureScore.ts'
import { readLinkerJson, unfitFile } from './modelFiles.ts'
import type { ModelManifest } from './modelManifest.ts'

/** The file in a model's folder with its {@link FeatureRanker}; optional. */
export const FEATURE_RANKER_FILE = 'features.json'

/**
 * A small ranker that knows a candidate's features alone, in the order of the manifest. It was fitted with a softmax over a
 * mention's candidates and "none of these", whose logit is 0, and chooses which candidates the encoder reads.
 */
export type FeatureRanker = FeatureScore

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
  return readFeatureScore(await readLinkerJson(path), manifest.features.length, (what) =>
    unfitFile(path, what),
  )
}
