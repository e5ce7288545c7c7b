import { arch, availableParallelism, cpus, loadavg, release, totalmem } from 'node:os'
import { ConceptLensError } from '../../core/index.ts'
import { benchCascade } from './cascade.ts'
import { benchEdit } from './edit.ts'
import { benchKnowledgeBase } from './knowledgeBase.ts'
import { benchManuscript } from './manuscript.ts'
import { benchNamedTypes } from './namedTypes.ts'
import { benchOrder } from './order/order.ts'
import { benchPacking } from './packing/packing.ts'
import { benchStartup } from './startup.ts'
import { benchStress } from './stress.ts'
import type { BenchEnvironment, BenchName, BenchParts, BenchReport, BenchResult } from './types.ts'

/** A benchmark: `undefined` when the parts it needs are not there. */
type Bench = (parts: BenchParts) => Promise<BenchResult[]> | undefined

const BENCHES: Readonly<Record<BenchName, Bench>> = {
  manuscript: (parts) => parts.manuscripts && benchManuscript(parts, parts.manuscripts),
  edit: (parts) => parts.edited && benchEdit(parts, parts.edited),
  stress: (parts) => parts.stressed && benchStress(parts, parts.stressed),
  startup: ({ server }) => server && benchStartup(server),
  packing: ({ packing, progress }) =>
    packing && benchPacking(progress === undefined ? packing : { progress, ...packing }),
  cascade: ({ cascade, manuscripts, ...parts }) =>
    cascade && manuscripts && benchCascade(parts, manuscripts, cascade),
  kb: ({ knowledgeBase, progress }) => knowledgeBase && benchKnowledgeBase(knowledgeBase, progress),
  gliner: ({ namedTypes, manuscripts }) =>
    namedTypes && manuscripts && benchNamedTypes(namedTypes, manuscripts),
  order: ({ order, manuscripts, ...parts }) => order && manuscripts && benchOrder(parts, manuscripts, order),
}

/** All benchmarks, in the order they run. */
export const BENCH_NAMES = Object.keys(BENCHES) as readonly BenchName[]

/**
 * Runs benchmarks one after the other. Without names all run whose parts are there; a benchmark that is asked for and
 * whose parts are missing is an error.
 */
export async function bench(parts: BenchParts, names?: readonly BenchName[]): Promise<BenchReport> {
  const results: BenchResult[] = []
  for (const name of names ?? BENCH_NAMES) {
    const running = BENCHES[name](parts)
    if (running === undefined && names !== undefined) throw missing(name)
    if (running === undefined) continue
    parts.progress?.(name)
    results.push(...(await running))
  }
  return { environment: await environmentOf(parts), results }
}

const NEEDS: Readonly<Record<BenchName, string>> = {
  manuscript: 'manuscripts to link',
  edit: 'a manuscript to edit',
  stress: 'a manuscript to repeat',
  startup: 'the built language server',
  packing: 'a model',
  cascade: 'a model and manuscripts',
  kb: 'a knowledge base and texts to look up',
  gliner: 'a GLiNER bi-encoder (--gliner DIR) and manuscripts',
  order: 'a model that ranks and manuscripts',
}

function missing(name: BenchName): ConceptLensError {
  return new ConceptLensError(
    'bench-parts-missing',
    `The benchmark ${name} needs ${NEEDS[name]}. Name the files, or leave it out.`,
  )
}

async function environmentOf(parts: BenchParts): Promise<BenchEnvironment> {
  const cold = await parts.openLinker('manuscripts')
  try {
    const { info } = cold.engine ?? {}
    return {
      cpu: cpus()[0]?.model ?? 'unknown',
      nCores: availableParallelism(),
      memoryMiB: Math.round(totalmem() / 2 ** 20),
      load: loadavg()[0] ?? 0,
      platform: `${process.platform} ${release()} ${arch()}`,
      node: process.version,
      ...(info === undefined ? {} : { model: `${info.model} ${info.version}`, provider: info.provider }),
    }
  } finally {
    await cold.dispose()
  }
}

/** Writes a report for people: one figure a line. */
export function benchText({ environment, results }: BenchReport): string {
  const { cpu, nCores, load, node, model = 'no model', provider = '' } = environment
  const head = `${cpu}, ${nCores} cores, load ${load.toFixed(1)}, Node ${node}, ${[model, provider].filter(Boolean).join(' on ')}`
  const lines = results.map(({ bench, variant, shape, metric, value, unit }) =>
    [
      bench.padEnd(11),
      metric.padEnd(24),
      rounded(value).padStart(10),
      unit.padEnd(8),
      variant.padEnd(28),
      shape,
    ].join(' '),
  )
  return [head, ...lines].join('\n') + '\n'
}

/** Three or more digits that say something. */
function rounded(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3)
}
