import type { Candidate, ConceptRef, KnowledgeBase, NameMatch } from '../../core/index.ts'
import { cosine, dotOf, dotProduct, fold, gramsOf, squaredNorm } from '../../knowledge/index.ts'
import { entryOf } from './entries.ts'

/** A concept, and the names of it that made somebody think of it. */
export interface ConceptByNames {
  readonly ref: ConceptRef
  /** As the knowledge base or a service has them; at least one. */
  readonly names: readonly string[]
}

/**
 * A concept that was found by other means than a text, as if it had been looked up for the text: by the one of its names that is most
 * like it, with the scores of that. Where a name equals the text, that is the one.
 */
export function candidateAsOf(kb: KnowledgeBase, text: string, { ref, names }: ConceptByNames): Candidate {
  const exact = kb.exact(text).filter(({ concept }) => concept === ref)
  const others = names.flatMap((name) => matchesOf(kb, text, { ref, name }))
  return entryOf(kb, text, { ref, exact, others }).candidate
}

/** A name as a match of the text: once for each kind that the concept has it as; as a synonym where it does not have it. */
function matchesOf(
  kb: KnowledgeBase,
  text: string,
  { ref, name }: { readonly ref: ConceptRef; readonly name: string },
): readonly NameMatch[] {
  const denseScore = cosineOf(kb, text, name)
  const match = {
    ...{ concept: ref, name, score: likeness(kb, fold(text), fold(name)) },
    ...(denseScore === undefined ? {} : { denseScore }),
  }
  const known = kb.names(ref).filter((one) => one.text === name)
  const kinds = new Map(known.map(({ kind, count }) => [kind, count]))
  if (kinds.size === 0) return [{ ...match, kind: 'synonym', count: 0 }]
  return Array.from(kinds, ([kind, count]) => ({ ...match, kind, count }))
}

/** The cosine that the knowledge base gives the letters of two folded names. */
export function likeness(kb: KnowledgeBase, a: string, b: string): number {
  const weightOf = (gram: number): number => kb.gramWeight(gram)
  const [left, right] = [gramsOf(a), gramsOf(b)]
  return cosine(dotProduct(left, right, weightOf), squaredNorm(left, weightOf), squaredNorm(right, weightOf))
}

/** The cosine of two names' vectors; `undefined` without vectors. */
function cosineOf(kb: KnowledgeBase, a: string, b: string): number | undefined {
  const [left, right] = [kb.vectorOf(a), kb.vectorOf(b)]
  return left && right && dotOf(left, right)
}
