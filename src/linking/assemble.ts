import type { KnowledgeBase, Link, LinkedPassage, Passage } from '../core/index.ts'
import { toSource } from '../document/index.ts'
import { applyDecisions } from './decisions/index.ts'
import type { Placement } from './decisions/index.ts'
import type { LinkedMention } from './passageCache.ts'

/**
 * A passage with its links where they stand in the source now, and the author's decisions in force. A passage that did not
 * move, without decisions, is the same object as last time.
 */
export function assemblePassage(
  passage: Passage,
  linked: readonly LinkedMention[],
  placements: readonly Placement[],
  kb: KnowledgeBase,
): LinkedPassage {
  const known = placements.length === 0 ? lastOf.get(linked) : undefined
  if (known?.passage === passage) return known
  const links = linked.map((one) => linkOf(passage, one))
  const assembled = { passage, links: applyDecisions(links, placements, kb) }
  if (placements.length === 0) lastOf.set(linked, assembled)
  return assembled
}

const lastOf = new WeakMap<readonly LinkedMention[], LinkedPassage>()

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
