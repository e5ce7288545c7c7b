import type { TokenClassifier } from '../inference/index.ts'
import type { ClassifierOptions } from '../pipeline/index.ts'
import { readTypeGroups } from './mentions/index.ts'
import type { OpenClassifier, StageParts } from './stages.ts'

/** The token-classification models of a pipeline. */
export interface PipelineClassifiers {
  readonly of: NonNullable<StageParts['classifier']>
  /** Clauses without a full stop about what the pipeline says of types and its models do not have. */
  readonly problems: readonly string[]
}

/**
 * Gives detectors of a pipeline their models, with the semantic groups of their types.
 * @param asked see `classifiersOf`
 * @param opened the model of each; `undefined` where it could not be opened
 * @param groupOfType what types of corpora are called (see `readTypeGroups`)
 */
export function pipelineClassifiers(
  asked: readonly ClassifierOptions[],
  opened: readonly (TokenClassifier | undefined)[],
  groupOfType: (type: string) => string | undefined,
): PipelineClassifiers {
  const found = new Map<ClassifierOptions, OpenClassifier>()
  const problems: string[] = []
  for (const [i, one] of asked.entries()) {
    const classifier = opened[i]
    if (!classifier) continue
    const read = readTypeGroups(classifier.info.types, one.types, groupOfType)
    problems.push(...read.problems)
    found.set(one, { classifier, groups: read.groups })
  }
  return { of: (one) => found.get(one), problems }
}
