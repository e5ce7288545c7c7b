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
  const forms = formsOf(store)
  let nBest = 0
  let nFound = 0
  for (const query of checked) {
    const best = forms.best(fold(query), 10)
    const found = new Set(store.similar(query, LIMIT).map(({ name }) => fold(name)))
    const tenth = best.at(-1)?.score ?? 0
    const atLeast = [...found].filter((form) => forms.score(fold(query), form) >= tenth - TIE).length
    nBest += best.length
    nFound += Math.min(best.length, atLeast)
  }
  return ratio(nFound, nBest)
}

interface Forms {
  score(query: string, form: string): number
  best(query: string, n: number): { form: string; score: number }[]
}

/** All distinct folded names with what scoring needs, made anew so that nothing of the store's index is believed. */
function formsOf(store: KnowledgeBase): Forms {
  const forms = new Set<string>()
  for (let ref = 0; ref < store.info.nConcepts; ref++) {
    for (const { text } of store.concept(ref).names) forms.add(fold(text))
  }
  forms.delete('')
  const frequency = new Map<number, number>()
  for (const form of forms)
    for (const gram of gramsOf(form)) frequency.set(gram, (frequency.get(gram) ?? 0) + 1)
  const weightOf = (gram: number): number => gramWeight(forms.size, frequency.get(gram) ?? 0)
  const score = (query: string, form: string): number => {
    const [a, b] = [gramsOf(query), gramsOf(form)]
    return cosine(dotProduct(a, b, weightOf), squaredNorm(a, weightOf), squaredNorm(b, weightOf))
  }
  const best = (query: string, n: number): { form: string; score: number }[] =>
    [...forms]
      .map((form) => ({ form, score: score(query, form) }))
      .filter((one) => one.score > 0)
      .sort((a, b) => b.score - a.score)
      .slice(0, n)
  return { score, best }
}

function timed<T>(work: () => T): { value: T; ms: number } {
  const startMs = performance.now()
  const value = work()
  return { value, ms: performance.now() - startMs }
}
