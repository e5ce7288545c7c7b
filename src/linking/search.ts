import type { Candidate, ConceptRef, KnowledgeBase, NameMatch } from '../core/index.ts'
import { retrieveCandidates } from './candidates/index.ts'

/**
 * Concepts for what a person types, at most `limit`: one whose id it is, exact names, names that start with it, then
 * similar names. Each concept once.
 */
export function searchConcepts(kb: KnowledgeBase, text: string, limit: number): readonly Candidate[] {
  const retrieved = retrieveCandidates(kb, text, { limit })
  const exact = retrieved.filter((candidate) => candidate.exact)
  const byId = kb.resolve(text.trim()).map((ref) => ofConcept(kb, ref))
  const started = kb.prefix(text, limit).map((match) => ofMatch(kb, match))
  const seen = new Set<ConceptRef>()
  return [...byId, ...exact, ...started, ...retrieved]
    .filter(({ concept }) => !seen.has(concept) && seen.add(concept))
    .slice(0, limit)
}

function ofConcept(kb: KnowledgeBase, ref: ConceptRef): Candidate {
  const { name } = kb.summary(ref)
  return ofMatch(kb, { concept: ref, name, kind: 'preferred', count: 0, score: 1 })
}

function ofMatch(kb: KnowledgeBase, match: NameMatch): Candidate {
  const { id, name, types, groups } = kb.summary(match.concept)
  return {
    concept: match.concept,
    id,
    matchedName: match.name,
    matchedKind: match.kind,
    preferredName: name,
    lexicalScore: match.score,
    exact: false,
    nameCount: match.count,
    conceptCount: kb.conceptCount(match.concept),
    types,
    groups,
  }
}
