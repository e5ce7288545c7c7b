import type { KnowledgeBase } from '../../core/index.ts'
import { cosine, dotProduct, fold, gramsOf, gramWeight, squaredNorm } from '../../knowledge/index.ts'
import { quantile } from '../bootstrap.ts'
import { ratio } from '../metrics.ts'
import { residentMiB } from './processes.ts'
import type { BenchResult, KnowledgeBaseParts } from './types.ts'

const LIMIT = 64
/** Queries that are checked against all names one by one, which takes about a second each. */
const N_CHECKED = 20
/** Two cosines closer than this are a tie: either order is right. */
const TIE = 1e-6

/** Opens the store, looks texts up and compares some answers with brute force over all names. */
export async function benchKnowledgeBase(parts: KnowledgeBaseParts): Promise<BenchResult[]> {
  const beforeMiB = residentMiB()
  const openMs = timed(parts.open)
  const store = openMs.value
  try {
    const times = parts.queries.map(
      (query) => timed(() => [store.exact(query), store.similar(query, LIMIT)]).ms,
    )
    times.sort((a, b) => a - b)
    const grownMiB = residentMiB() - beforeMiB
    const importSeconds = await timedImport(parts)
    const { nConcepts, nNames } = store.info
    const result = {
      bench: 'kb' as const,
      variant: 'conceptlens',
      shape: `${nConcepts} concepts, ${nNames} names`,
    }
    return [
      ...importSeconds.map((value) => ({ ...result, metric: 'importSeconds', value, unit: 's' })),
      ...sizeOf(parts).map((value) => ({ ...result, metric: 'diskMiB', value, unit: 'MiB' })),
      { ...result, metric: 'openMs', value: openMs.ms, unit: 'ms' },
      { ...result, metric: 'lookUpP50Ms', value: quantile(times, 0.5), unit: 'ms' },
      { ...result, metric: 'lookUpP95Ms', value: quantile(times, 0.95), unit: 'ms' },
      { ...result, metric: 'residentMiB', value: grownMiB, unit: 'MiB' },
      { ...result, metric: 'recallAt10VsBruteForce', value: recallAt10(store, parts.queries), unit: 'share' },
    ]
  } finally {
    store.close()
  }
}

async function timedImport({ importAgain }: KnowledgeBaseParts): Promise<number[]> {
  if (importAgain === undefined) return []
  const startMs = performance.now()
  await importAgain()
  return [(performance.now() - startMs) / 1000]
}

function sizeOf({ diskBytes }: KnowledgeBaseParts): number[] {
  return diskBytes === undefined ? [] : [diskBytes / 2 ** 20]
}

/** Share of the ten best names by brute force whose score the store's first ten reach. */
function recallAt10(store: KnowledgeBase, queries: readonly string[]): number {
  const step = Math.max(1, Math.floor(queries.length / N_CHECKED))
  const checked = queries.filter((query, i) => i % step === 0 && fold(query) !== '').slice(0, N_CHECKED)
  const names = namesByBruteForce(store)
  let nBest = 0
  let nFound = 0
  for (const query of checked) {
    const scores = names.scores(fold(query))
    const best = [...scores.values()].sort((a, b) => b - a).slice(0, 10)
    const tenth = best.at(-1) ?? 0
    const found = new Set(store.similar(query, LIMIT).map(({ name }) => fold(name)))
    const nGoodEnough = [...found].filter((name) => (scores.get(name) ?? 0) >= tenth - TIE).length
    nBest += best.length
    nFound += Math.min(best.length, nGoodEnough)
  }
  return ratio(nFound, nBest)
}

interface BruteForce {
  /** Cosine of a folded query with every folded name that shares a gram with it. */
  scores(query: string): Map<string, number>
}

/** All distinct folded names with what scoring needs, made anew so that nothing of the store's index is believed. */
function namesByBruteForce(store: KnowledgeBase): BruteForce {
  const grams = new Map<string, Uint32Array>()
  for (let ref = 0; ref < store.info.nConcepts; ref++) {
    for (const { text } of store.concept(ref).names) {
      const folded = fold(text)
      if (folded !== '' && !grams.has(folded)) grams.set(folded, gramsOf(folded))
    }
  }
  const frequency = new Map<number, number>()
  for (const ofName of grams.values())
    for (const gram of ofName) frequency.set(gram, (frequency.get(gram) ?? 0) + 1)
  const weightOf = (gram: number): number => gramWeight(grams.size, frequency.get(gram) ?? 0)
  return {
    scores(query) {
      const ofQuery = gramsOf(query)
      const norm = squaredNorm(ofQuery, weightOf)
      const scores = new Map<string, number>()
      for (const [name, ofName] of grams) {
        const dot = dotProduct(ofQuery, ofName, weightOf)
        if (dot > 0) scores.set(name, cosine(dot, norm, squaredNorm(ofName, weightOf)))
      }
      return scores
    },
  }
}

function timed<T>(work: () => T): { value: T; ms: number } {
  const startMs = performance.now()
  const value = work()
  return { value, ms: performance.now() - startMs }
}
