import type { KnowledgeBase } from '../core/index.ts'

/**
 * How many concepts belong to each semantic group; those of no known group stand under the empty one, and a concept of
 * two groups counts in both. Reads every concept: about a second per 300,000.
 */
export function countByGroup(kb: KnowledgeBase): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (let ref = 0; ref < kb.info.nConcepts; ref += 1) {
    const { groups } = kb.summary(ref)
    for (const group of groups.length === 0 ? [''] : groups) counts.set(group, (counts.get(group) ?? 0) + 1)
  }
  return counts
}
