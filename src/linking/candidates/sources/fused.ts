import type { ConceptFilter, KnowledgeBase } from '../../../core/index.ts'
import { retrieveCandidates } from '../retrieve.ts'
import type { CandidateSource } from '../source.ts'

/**
 * Names that are equal, and alike in letters and in meaning, in one order (see `retrieveCandidates`).
 * @param restriction what `accepts` was made from: a function is no part of a key
 */
export function fusedSource(
  knowledgeBase: KnowledgeBase,
  accepts: ConceptFilter | undefined,
  restriction: unknown,
): CandidateSource {
  return {
    name: 'fused',
    key: [knowledgeBase.info.fingerprint, restriction],
    consequence: 'The knowledge base cannot be read, so nothing is found in it',
    find: (text, limit) => retrieveCandidates(knowledgeBase, text, { limit, accepts }),
  }
}
