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
 * processor's peak measured in between. Speeds are those of the fastest round, as the peak's is: what disturbs a busy machine
 * only ever slows down. Memory is the peak of a process that has done nothing else, model and all.
 */
export async function benchPacking(parts: PackingParts): Promise<BenchResult[]> {
  const results: BenchResult[] = []
  for (const threads of parts.threads ?? [1]) results.push(...(await benchThreads(parts, threads)))
  return results
}

async function benchThreads(parts: PackingParts, threads: number): Promise<BenchResult[]> {
  const settings = { engineScript: parts.engineScript, logger: parts.logger, threads }
  const open: OpenVariants[] = []
  let peaks: Peaks | undefined
  try {
    for (const dir of parts.twoStreamModels) open.push(await openTwoStream(dir, settings))
    for (const dir of parts.denseModels) open.push(await openDense(dir, settings))
    const probes = await openPeaks(settings)
    peaks = probes
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
    const measured = await alternate(variants, parts, () => probes.measure())
    for (const own of measured) own.peakMiB = await peakAlone(own, open)
    return resultsOf(measured, probes)
  } finally {
    await Promise.all([...open.map((each) => each.dispose()), peaks?.dispose()])
  }
}

/** What one variant did with one shape, by round. */
interface Measured {
  readonly variant: Variant
  readonly shape: Shape
  seconds: number
  work: Work
  /** `undefined` where the system does not tell. */
  peakMiB: number | undefined
}

/** Every variant with every shape, round after round; the first round warms up. */
async function alternate(
  variants: readonly Variant[],
  { rounds = ROUNDS, progress }: PackingParts,
  measurePeaks: () => Promise<void>,
): Promise<Measured[]> {
  const nothing = { nPairs: 0, nTokens: 0, gflop: 0 }
  const measured = SHAPES.flatMap((shape) =>
    variants.map((variant): Measured => ({
      variant,
      shape,
      seconds: Infinity,
      work: nothing,
      peakMiB: undefined,
    })),
  )
  for (let round = 0; round <= rounds; round++) {
    progress?.(`packing, round ${round} of ${rounds}`)
    await measurePeaks()
    for (const each of measured) {
      const startMs = performance.now()
      each.work = await each.variant.run(each.shape, round)
      const seconds = (performance.now() - startMs) / 1000
      if (round > 0) each.seconds = Math.min(each.seconds, seconds)
    }
  }
  return measured
}

/** The peak of a new process that runs one variant with one shape. */
async function peakAlone(
  { variant, shape }: Measured,
  open: readonly OpenVariants[],
): Promise<number | undefined> {
  const own = open.find(({ variants }) => variants.includes(variant))
  const again = await own?.reopen()
  try {
    const same = again?.variants.find(({ name }) => name === variant.name)
    forgetPeak(same?.pid)
    await same?.run(shape, 1)
    return same?.pid === undefined ? undefined : peakMiB(same.pid)
  } finally {
    await again?.dispose()
  }
}

interface Peaks {
  /** Billions of operations per second, the best seen so far. */
  readonly best: { fp32: number; int8: number }
  measure(): Promise<void>
  dispose(): Promise<void>
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

function resultsOf(measured: readonly Measured[], { best }: Peaks): BenchResult[] {
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
    const add = row(variant.name, nameOf(own.shape))
    const gflops = work.gflop / own.seconds
    return [
      add('pairsPerSecond', speedOf(own), 'pairs/s'),
      ...ratiosOf(own, measured).map(({ metric, value }) => add(metric, value, '×')),
      add('tokensPerPair', work.nTokens / work.nPairs, 'tokens'),
      add('gflops', gflops, 'GFLOP/s'),
      add('peakShare', (100 * gflops) / best[variant.precision], '%'),
      ...(own.peakMiB === undefined ? [] : [add('peakMiB', own.peakMiB, 'MiB')]),
      ...(variant.accuracyAt1 === undefined ? [] : [add('accuracyAt1', variant.accuracyAt1, '%')]),
    ]
  })
  return [...peaks, ...figures]
}

/**
 * How many times as fast as the published way; of the two-stream engine also as the best dense packing of its precision that
 * reads the same text (a sentence alone is less work, and less to go by).
 */
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

function speedOf({ work, seconds }: Measured): number {
  return work.nPairs / seconds
}
