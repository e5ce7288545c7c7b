import { ConceptLensError } from '../../../core/index.ts'
import type { MatrixProduct } from '../../../inference/index.ts'
import { createProductProbe } from '../../../inference/index.ts'
import { forgetPeak, peakMiB } from '../processes.ts'
import type { BenchResult, PackingParts } from '../types.ts'
import type { OpenVariants, Variant, Work } from './variants.ts'
import { openDense, openTwoStream } from './variants.ts'
import type { Shape } from './workload.ts'
import { nameOf, SHAPES } from './workload.ts'

const ROUNDS = 5

/** Products as in MiniLM; the fastest is the machine's peak. */
const PRODUCTS = [
  { rows: 192, inner: 384, columns: 384 },
  { rows: 192, inner: 384, columns: 1536 },
  { rows: 192, inner: 1536, columns: 384 },
]
const PRODUCT_TIMES = 20

/**
 * The paper's table: every packing of every model given, alternating in one run, on texts of two shapes, with the
 * processor's peak measured in between. Memory is the peak of the process that holds the model while a variant runs.
 */
export async function benchPacking(parts: PackingParts): Promise<BenchResult[]> {
  const results: BenchResult[] = []
  for (const threads of parts.threads ?? [1]) results.push(...(await benchThreads(parts, threads)))
  return results
}

async function benchThreads(parts: PackingParts, threads: number): Promise<BenchResult[]> {
  const settings = { engineScript: parts.engineScript, logger: parts.logger, threads }
  const open: OpenVariants[] = []
  try {
    for (const dir of parts.twoStreamModels) open.push(await openTwoStream(dir, settings))
    for (const dir of parts.denseModels) open.push(await openDense(dir, settings))
    const peaks = await openPeaks(settings)
    open.push(peaks)
    const variants = open.flatMap((each) => each.variants)
    const names = variants.map(({ name }) => name)
    const twice = names.find((name, i) => names.indexOf(name) !== i)
    if (twice !== undefined)
      throw new ConceptLensError(
        'bench-variants',
        `Two of the models give the variant "${twice}". Name one model for each kind and precision.`,
      )
    if (parts.denseModels.length === 0)
      parts.progress?.(
        'no dense model was named (--dense-model): its rows, the base and all ratios to it are left out',
      )
    const rounds = await alternate(variants, parts, () => peaks.measure())
    return resultsOf(variants, rounds, peaks)
  } finally {
    await Promise.all(open.map((each) => each.dispose()))
  }
}

/** What one variant did with one shape, by round. */
interface Measured {
  readonly variant: Variant
  readonly shape: Shape
  readonly secondsByRound: number[]
  work: Work
  peakMiB: number
}

/** Every variant with every shape, round after round; the first round warms up. */
async function alternate(
  variants: readonly Variant[],
  { rounds = ROUNDS, progress }: PackingParts,
  measurePeaks: () => Promise<void>,
): Promise<Measured[]> {
  const nothing = { nPairs: 0, nTokens: 0, gflop: 0 }
  const measured = SHAPES.flatMap((shape) =>
    variants.map((variant): Measured => ({ variant, shape, secondsByRound: [], work: nothing, peakMiB: 0 })),
  )
  for (let round = 0; round <= rounds; round++) {
    progress?.(`packing, round ${round} of ${rounds}`)
    await measurePeaks()
    for (const each of measured) {
      forgetPeak(each.variant.pid)
      const startMs = performance.now()
      each.work = await each.variant.run(each.shape, round)
      const seconds = (performance.now() - startMs) / 1000
      each.peakMiB = Math.max(each.peakMiB, peakMiB(each.variant.pid))
      if (round > 0) each.secondsByRound.push(seconds)
    }
  }
  return measured
}

interface Peaks extends OpenVariants {
  /** Billions of operations per second, the best seen so far. */
  readonly best: { fp32: number; int8: number }
  measure(): Promise<void>
}

async function openPeaks(settings: Parameters<typeof createProductProbe>[1]): Promise<Peaks> {
  const precisions: readonly MatrixProduct['precision'][] = ['fp32', 'int8']
  const wanted = precisions.flatMap((precision) => PRODUCTS.map((product) => ({ ...product, precision })))
  const probes = await Promise.all(
    wanted.map(async (product) => ({
      precision: product.precision,
      probe: await createProductProbe(product, settings),
    })),
  )
  const best = { fp32: 0, int8: 0 }
  return {
    variants: [],
    best,
    async measure() {
      for (const { precision, probe } of probes)
        best[precision] = Math.max(best[precision], await probe.measure(PRODUCT_TIMES))
    },
    async dispose() {
      await Promise.all(probes.map(({ probe }) => probe.dispose()))
    },
  }
}

function resultsOf(
  variants: readonly Variant[],
  measured: readonly Measured[],
  { best }: Peaks,
): BenchResult[] {
  const row = (variant: string, shape: string) => (metric: string, value: number, unit: string) => ({
    bench: 'packing' as const,
    variant,
    shape,
    metric,
    value,
    unit,
  })
  const peaks = (['fp32', 'int8'] as const).map((precision) =>
    row(`matmul-${precision}`, 'peak')('gflops', best[precision], 'GFLOP/s'),
  )
  const figures = measured.flatMap((own) => {
    const { variant, work } = own
    const seconds = median(own.secondsByRound)
    const add = row(variant.name, nameOf(own.shape))
    const gflops = work.gflop / seconds
    return [
      add('pairsPerSecond', speedOf(own), 'pairs/s'),
      ...ratiosOf(own, measured).map(({ metric, value }) => add(metric, value, '×')),
      add('tokensPerPair', work.nTokens / work.nPairs, 'tokens'),
      add('gflops', gflops, 'GFLOP/s'),
      add('peakShare', (100 * gflops) / best[variant.precision], '%'),
      add('peakMiB', own.peakMiB, 'MiB'),
      ...(variant.accuracyAt1 === undefined ? [] : [add('accuracyAt1', variant.accuracyAt1, '%')]),
    ]
  })
  return [...peaks, ...figures]
}

/** How many times as fast as the published way; of the two-stream engine also as the best dense packing of its precision. */
function ratiosOf(own: Measured, all: readonly Measured[]): { metric: string; value: number }[] {
  const same = all.filter(({ shape }) => shape === own.shape)
  const published = same.find(({ variant }) => variant.kind === 'published')
  const dense = same.filter(
    ({ variant }) => variant.kind === 'dense' && variant.precision === own.variant.precision,
  )
  const bestDense = Math.max(...dense.map(speedOf))
  return [
    ...(published === undefined
      ? []
      : [{ metric: 'timesPublished', value: speedOf(own) / speedOf(published) }]),
    ...(own.variant.kind !== 'two-stream' || dense.length === 0
      ? []
      : [{ metric: 'timesBestDense', value: speedOf(own) / bestDense }]),
  ]
}

function speedOf({ work, secondsByRound }: Measured): number {
  return work.nPairs / median(secondsByRound)
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? 0
}
