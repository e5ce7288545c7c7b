import type { CancellationToken, KnowledgeBase, Mention } from '../core/index.ts'
import type { Engine } from '../inference/index.ts'
import { judge, mentionsAmong, proposalsOf } from './mentions/index.ts'
import type { Stages } from './stages.ts'

/** Finds the mentions of a text without linking them. Unlike the linker it fails when a detector does: nothing stands in for it. */
export interface MentionFinder {
  /** Sorted, not overlapping. */
  readonly find: (text: string, token?: CancellationToken) => Promise<readonly Mention[]>
}

/** What a finder works with; the engine only where a detector asks for it. */
export interface FinderParts {
  readonly knowledgeBase: KnowledgeBase
  readonly engine?: Engine | undefined
}

/** Makes a finder of these detectors. */
export function createMentionFinder(
  { knowledgeBase, engine }: FinderParts,
  { detectors, judging }: Pick<Stages, 'detectors' | 'judging'>,
): MentionFinder {
  return {
    async find(text, token) {
      const analysis = engine ? engine.analyse(text, token) : Promise.resolve(undefined)
      const passage = { text, passage: 0, analysis, token }
      const [found, read] = await Promise.all([
        proposalsOf(detectors, (detector) => detector.propose(passage)),
        analysis,
      ])
      const context = { text, passage: 0, knowledgeBase, analysis: read }
      return mentionsAmong(judge(found, context, judging), context)
    },
  }
}
