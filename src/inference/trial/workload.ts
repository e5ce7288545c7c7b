import type { MentionToScore } from '../engine.ts'
import pairs from './pairs.json'

/** A text with the mentions to judge in it. */
export interface TrialPassage {
  readonly text: string
  readonly mentions: readonly MentionToScore[]
}

/**
 * What every provider is asked: passages of the sample manuscript with candidates of the starter knowledge base
 * (`test/oracle/trial.make.ts`). Features that a model does not know are left out, those that were not known are 0.
 */
export function trialPassages(features: readonly string[]): readonly TrialPassage[] {
  const columns = features.map((feature) => pairs.features.indexOf(feature))
  return pairs.passages.map(({ text, mentions }) => ({
    text,
    mentions: mentions.map((mention) => ({
      ...mention,
      candidates: mention.candidates.map((candidate) => ({
        ...candidate,
        features: columns.map((column) => candidate.features[column] ?? 0),
      })),
    })),
  }))
}

export function countPairs(passages: readonly TrialPassage[]): number {
  return passages.flatMap(({ mentions }) => mentions).flatMap(({ candidates }) => candidates).length
}
