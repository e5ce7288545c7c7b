import type { CancellationToken, KnowledgeBase, Mention } from '../core/index.ts'
import type { Engine } from '../inference/index.ts'
import { judge, mentionsAmong, proposalsOf } from './mentions/index.ts'
import type { PassageToRead } from './mentions/index.ts'
import type { Stages } from './stages.ts'

/** Finds the mentions of a text without linking them. Unlike the linker it fails when a detector does: nothing stands in for it. */
export interface MentionFinder {
  /**
   * Sorted, not overlapping.
   * @param place of a passage in its document; absent: the text stands alone
   */
  readonly find: (
    text: string,
    token?: CancellationToken,
    place?: PlaceInDocument,
  ) => Promise<readonly Mention[]>
}

/** Where a passage stands, and the short forms of its document (see `findAbbreviations`). */
export type PlaceInDocument = Pick<PassageToRead, 'passage' | 'abbreviations'>

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
    async find(text, token, place = { passage: 0 }) {
      const analysis = engine ? engine.analyse(text, token) : Promise.resolve(undefined)
      const passage = { ...place, text, analysis, token }
      const [found, read] = await Promise.all([
        proposalsOf(detectors, (detector) => detector.propose(passage)),
        analysis,
      ])
      const context = { ...place, text, knowledgeBase, analysis: read }
      return mentionsAmong(judge(found, context, judging), context)
    },
  }
}
