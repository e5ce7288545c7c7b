import type { KnowledgeBase, Link, LinkedPassage, Passage } from '../core/index.ts'
import { toSource } from '../document/index.ts'
import { applyDecisions } from './decisions/index.ts'
import type { Placement } from './decisions/index.ts'
import type { LinkedMention } from './passageCache.ts'

/** A passage with its links where they stand in the source now, and the author's decisions in force. */
export function assemblePassage(
  passage: Passage,
  linked: readonly LinkedMention[],
  placements: readonly Placement[],
  kb: KnowledgeBase,
): LinkedPassage {
  const links = linked.map((one) => linkOf(passage, one))
  return { passage, links: applyDecisions(links, placements, kb) }
}

/** The most probable answer is chosen; at equal probability a concept before "none of these". */
function linkOf(passage: Passage, { mention, candidates, none, chosenBy }: LinkedMention): Link {
  const best = candidates[0]
  const chosen = best && best.probability >= none ? best : undefined
  return {
    mention,
    source: toSource(passage, mention.span),
    candidates,
    probability: chosen?.probability ?? none,
    chosenBy,
    ...(chosen ? { chosen: chosen.id } : {}),
  }
}
