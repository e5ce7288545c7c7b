import { ConceptLensError, type ConceptRef, type KnowledgeBase, type NameMatch } from '../core/index.ts'
import { isSemanticGroup, SEMANTIC_GROUPS, tuiOf } from '../knowledge/index.ts'

/**
 * A filter that lets concepts through which have one of these semantic types (TUI or name) or groups. Concepts whose
 * types and groups are unknown do not pass. `undefined` when nothing is asked for.
 * @throws ConceptLensError `usage` for a word that is neither
 */
export function typeFilter(
  kb: KnowledgeBase,
  wanted: readonly string[],
): ((match: NameMatch) => boolean) | undefined {
  const allowed = new Set(wanted.map(codeOf))
  if (allowed.size === 0) return undefined
  const known = new Map<ConceptRef, boolean>()
  return ({ concept }) => {
    const answer = known.get(concept) ?? passes(kb, concept, allowed)
    known.set(concept, answer)
    return answer
  }
}

function passes(kb: KnowledgeBase, concept: ConceptRef, allowed: ReadonlySet<string>): boolean {
  const { types, groups } = kb.summary(concept)
  return types.some((type) => allowed.has(type)) || groups.some((group) => allowed.has(group))
}

function codeOf(word: string): string {
  const group = word.trim().toUpperCase()
  const code = isSemanticGroup(group) ? group : tuiOf(word.trim())
  if (code !== undefined) return code
  throw new ConceptLensError(
    'usage',
    `"${word}" is no semantic type or group. Allowed are TUIs (T047), names of semantic types (Disease or Syndrome) and groups: ${SEMANTIC_GROUPS.join(', ')}.`,
  )
}
