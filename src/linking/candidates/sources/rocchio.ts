import type { KnowledgeBase } from '../../../core/index.ts'
import { dotOf } from '../../../knowledge/index.ts'
import { isNear } from '../entries.ts'
import { retrieveCandidates } from '../retrieve.ts'
import type { CandidateSource } from '../source.ts'
import { entriesOf, sourceOf, type Shelf } from './knowledge.ts'

/** How far a query moves, and towards what. */
export interface RocchioOptions {
  /** Weight of the text's own vector. */
  readonly alpha: number
  /** Weight of the mean vector of the first candidates. */
  readonly beta: number
  /** How many of the first candidates count. */
  readonly from: number
  /** How many concepts it finds at most. */
  readonly most: number
}

/** Names looked at: several are of one concept. */
const NAMES = 128

/**
 * Concepts whose names are near to the text's vector when that is moved towards those of its first candidates: Rocchio's feedback
 * (Relevance feedback in information retrieval, 1971) with candidates that are taken for relevant instead of judged to be. There
 * are no irrelevant ones. Scores are those of the text itself, as for all other sources. Finds nothing without vectors.
 */
export function rocchioSource(shelf: Shelf, options: RocchioOptions): CandidateSource {
  const { knowledgeBase, accepts } = shelf
  const own = sourceOf('rocchio', shelf)
  return {
    ...own,
    key: [own.key, options],
    find(text, limit) {
      const query = knowledgeBase.vectorOf(text)
      if (!query) return []
      const first = retrieveCandidates(knowledgeBase, text, { limit: options.from, accepts })
      const relevant = first.map(({ concept }) => vectorOfConcept(knowledgeBase, concept, query.length))
      const vector = movedVector(query, relevant, options)
      const names = knowledgeBase
        .nearestBy({ text, vector }, NAMES, accepts)
        .filter(isNear)
        .map((match) => ({ ...match, denseScore: cosineOf(knowledgeBase, query, match.name) }))
      return entriesOf(shelf, text, names)
        .slice(0, Math.min(limit, options.most))
        .map(({ candidate }) => candidate)
    },
  }
}

/** α · query + β · mean of the relevant vectors, made one long; all zeros where nothing is left. */
export function movedVector(
  query: Float32Array,
  relevant: readonly Float32Array[],
  { alpha, beta }: Pick<RocchioOptions, 'alpha' | 'beta'>,
): Float32Array {
  const mean = meanOf(relevant, query.length)
  const moved = query.map((x, i) => alpha * x + beta * (mean[i] ?? 0))
  const length = Math.hypot(...moved)
  return length > 0 ? moved.map((x) => x / length) : moved
}

/** The mean vector of a concept's names. */
function vectorOfConcept(kb: KnowledgeBase, concept: number, dims: number): Float32Array {
  return meanOf(
    kb.names(concept).flatMap(({ text }) => kb.vectorOf(text) ?? []),
    dims,
  )
}

function meanOf(vectors: readonly Float32Array[], dims: number): Float32Array {
  const mean = new Float32Array(dims)
  for (const vector of vectors) vector.forEach((x, i) => (mean[i] = (mean[i] ?? 0) + x / vectors.length))
  return mean
}

function cosineOf(kb: KnowledgeBase, vector: Float32Array, name: string): number {
  const other = kb.vectorOf(name)
  return other ? dotOf(vector, other) : 0
}
