import type { KnowledgeBase } from '../../core/index.ts'
import { cosine, fold, gramsOf, gramWeight, hashOf, N_GRAMS, squaredNorm } from '../../knowledge/index.ts'
import { quantile } from '../bootstrap.ts'
import { ratio } from '../metrics.ts'
import { residentMiB } from './processes.ts'
import type { BenchResult, KnowledgeBaseParts } from './types.ts'

const LIMIT = 64
/** Queries that are checked against all names one by one, which takes some microseconds a name. */
const N_CHECKED = 20
/** Two cosines closer than this are a tie: either order is right. */
const TIE = 1e-6

/** Opens the store, looks texts up and compares some answers with brute force over all names. */
export async function benchKnowledgeBase(parts: KnowledgeBaseParts): Promise<BenchResult[]> {
  const imported = await timedImport(parts)
  const beforeMiB = residentMiB()
  const { value: store, ms: openMs } = timed(parts.open)
  try {
    const queries = distinctQueries(parts.queries)
    const times = queries.map((query) => timed(() => [store.exact(query), store.similar(query, LIMIT)]).ms)
    times.sort((a, b) => a - b)
    // Less than before: something else was freed meanwhile, and nothing was added.
    const grownMiB = Math.max(0, residentMiB() - beforeMiB)
    const { nConcepts, nNames } = store.info
    const result = {
      bench: 'kb' as const,
      variant: 'conceptlens',
      shape: `${nConcepts} concepts, ${nNames} names`,
    }
    const figure = (metric: string, value: number, unit: string): BenchResult => ({
      ...result,
      metric,
      value,
      unit,
    })
    const recall = recallOf(store, queries)
    return [
      ...imported.map(([metric, value, unit]) => figure(metric, value, unit)),
      ...sizeOf(parts).map((value) => figure('diskMiB', value, 'MiB')),
      figure('openMs', openMs, 'ms'),
      figure('lookUpP50Ms', quantile(times, 0.5), 'ms'),
      figure('lookUpP95Ms', quantile(times, 0.95), 'ms'),
      figure('lookUpP99Ms', quantile(times, 0.99), 'ms'),
      figure('residentMiB', grownMiB, 'MiB'),
      figure('recallAt10VsBruteForce', recall.at10, 'share'),
      figure('recallAt64VsBruteForce', recall.at64, 'share'),
    ]
  } finally {
    store.close()
  }
}

/** One of each that folds alike: the store remembers answers, and what it remembers takes no time. */
function distinctQueries(queries: readonly string[]): string[] {
  const byFold = new Map(queries.map((query) => [fold(query), query]))
  byFold.delete('')
  return [...byFold.values()]
}

/** Seconds and, when this import was the largest thing the process did so far, the most memory it took. */
async function timedImport({
  importAgain,
}: KnowledgeBaseParts): Promise<(readonly [metric: string, value: number, unit: string])[]> {
  if (importAgain === undefined) return []
  const peakBefore = process.resourceUsage().maxRSS
  const startMs = performance.now()
  const cpuBefore = process.cpuUsage()
  await importAgain()
  const seconds = (performance.now() - startMs) / 1000
  const { user, system } = process.cpuUsage(cpuBefore)
  const peak = process.resourceUsage().maxRSS
  return [
    ['importSeconds', seconds, 's'],
    ['importCpuSeconds', (user + system) / 1e6, 's'],
    ...(peak > peakBefore ? [['importPeakMiB', peak / 1024, 'MiB'] as const] : []),
  ]
}

function sizeOf({ diskBytes }: KnowledgeBaseParts): number[] {
  return diskBytes === undefined ? [] : [diskBytes / 2 ** 20]
}

/** Shares of the best names by brute force whose score the store's best reach, place by place. */
function recallOf(store: KnowledgeBase, queries: readonly string[]): { at10: number; at64: number } {
  const step = Math.max(1, Math.floor(queries.length / N_CHECKED))
  const checked = queries.filter((_, i) => i % step === 0).slice(0, N_CHECKED)
  const best = bestByBruteForce(store, checked.map(fold), LIMIT)
  const found = checked.map((query) => store.similar(query, LIMIT))
  const share = (first: number): number => {
    const expected = best.flatMap((scores, i) =>
      scores.slice(0, first).map((score, place) => (found[i]?.[place]?.score ?? 0) >= score - TIE),
    )
    return ratio(expected.filter(Boolean).length, expected.length)
  }
  return { at10: share(10), at64: share(LIMIT) }
}

/**
 * The best scores of folded queries over all names, made anew so that nothing of the store's index is believed: names
 * are read from the records twice, to count the grams of the distinct folded ones and to score every one.
 */
function bestByBruteForce(store: KnowledgeBase, queries: readonly string[], limit: number): number[][] {
  const frequency = new Uint32Array(N_GRAMS)
  let nForms = 0
  for (const folded of distinctForms(store)) {
    nForms += 1
    for (const gram of gramsOf(folded)) frequency[gram]! += 1
  }
  const weights = Float64Array.from(frequency, (n) => gramWeight(nForms, n))
  const sought = queries.map((query) => {
    const grams = gramsOf(query)
    const own = new Float64Array(N_GRAMS)
    for (const gram of grams) own[gram] = weights[gram]!
    return { own, norm: squaredNorm(grams, (gram) => weights[gram]!), best: [] as number[] }
  })
  for (const folded of foldedNames(store)) {
    const grams = gramsOf(folded)
    const norm = squaredNorm(grams, (gram) => weights[gram]!)
    for (const query of sought) {
      let dot = 0
      for (const gram of grams) dot += query.own[gram]!
      if (dot > 0) keepBest(query.best, cosine(dot, query.norm, norm), limit)
    }
  }
  return sought.map(({ best }) => best)
}

/** Puts a score into its place among the best, which fall. */
function keepBest(best: number[], score: number, limit: number): void {
  if (best.length >= limit && score <= best[limit - 1]!) return
  let place = best.length
  while (place > 0 && best[place - 1]! < score) place -= 1
  best.splice(place, 0, score)
  if (best.length > limit) best.pop()
}

/** Every name of a store, folded; names of which nothing is left are in no index. */
function* foldedNames(store: KnowledgeBase): Generator<string> {
  for (let ref = 0; ref < store.info.nConcepts; ref++) {
    for (const { text } of store.concept(ref).names) {
      const folded = fold(text)
      if (folded !== '') yield folded
    }
  }
}

/** Every folded name of a store once, told apart by 53 bits of two hashes so that millions fit into memory. */
function* distinctForms(store: KnowledgeBase): Generator<string> {
  const slots = new Float64Array(2 ** Math.ceil(Math.log2(store.info.nNames * 1.5 + 16)))
  for (const folded of foldedNames(store)) {
    const low = hashOf(folded)
    // What is put behind texts of one hash gives one hash again; what is put before them does not.
    const key = (hashOf(` ${folded}`) & 0x1fffff) * 2 ** 32 + low
    let slot = low % slots.length
    while (slots[slot] !== 0 && slots[slot] !== key) slot = (slot + 1) % slots.length
    if (slots[slot] === key) continue
    slots[slot] = key
    yield folded
  }
}

function timed<T>(work: () => T): { value: T; ms: number } {
  const startMs = performance.now()
  const value = work()
  return { value, ms: performance.now() - startMs }
}
