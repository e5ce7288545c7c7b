import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import type { DenseOptions, DenseRanker, Engine, PackingMode } from '../../../inference/index.ts'
import { createDenseRanker, createEngine, readTwoStreamManifest } from '../../../inference/index.ts'
import { startedBy } from '../processes.ts'
import type { PackingParts } from '../types.ts'
import type { EncoderSize } from './cost.ts'
import { denseGflop, twoStreamGflop } from './cost.ts'
import type { Shape } from './workload.ts'
import { PAIR_TOKENS, passageOf } from './workload.ts'

/** What a run did. */
export interface Work {
  readonly nPairs: number
  /** Tokens that went through the model, padding and all. */
  readonly nTokens: number
  readonly gflop: number
}

/** One row of the table. */
export interface Variant {
  readonly name: string
  readonly precision: 'fp32' | 'int8'
  /** In what it is compared: the published way, dense packings that read the whole text or a sentence of it, ours. */
  readonly kind: 'published' | 'dense' | 'dense-sentence' | 'two-stream' | 'two-stream-kept'
  readonly pid: number | undefined
  /** In per cent, on development documents. */
  readonly accuracyAt1?: number
  run(shape: Shape, seed: number): Promise<Work>
}

/** Variants that share a process, to be ended with them. */
export interface OpenVariants {
  readonly variants: readonly Variant[]
  /** The same in a process of their own. */
  readonly reopen: () => Promise<OpenVariants>
  dispose(): Promise<void>
}

type Settings = Pick<PackingParts, 'engineScript' | 'logger'> & { readonly threads: number }

/** The two-stream engine: a text read anew for its candidates, and candidates of a text that is kept. */
export async function openTwoStream(modelDir: string, settings: Settings): Promise<OpenVariants> {
  const { architecture, precision, accuracy } = await readTwoStreamManifest(modelDir)
  const [engine, pid] = await startedBy(() =>
    createEngine({ modelDir, processes: 1, use: 'manuscripts', ...settings }),
  )
  const { layers, hidden } = architecture
  // As in every BERT.
  const size: EncoderSize = { layers, hidden, intermediate: 4 * hidden }
  const accuracyAt1 = accuracy?.development?.model
  const name = `two-stream-${precision}${threadsSuffix(settings)}`
  const base = {
    precision: precision === 'int8' ? ('int8' as const) : ('fp32' as const),
    pid,
    ...(accuracyAt1 === undefined ? {} : { accuracyAt1 }),
  }
  const fresh: Variant = {
    ...base,
    name,
    kind: 'two-stream',
    run: (shape, seed) => scoreOnce(engine, shape, seed, size),
  }
  const kept: Variant = {
    ...base,
    name: `${name}, text kept`,
    kind: 'two-stream-kept',
    // The variant before has just read the same text.
    async run(shape, seed) {
      const { nPairs, nTokens, gflop } = await scoreOnce(engine, shape, seed, size)
      const text = denseGflop(size, shape.nTokens, shape.nTokens ** 2)
      return { nPairs, nTokens: nTokens - shape.nTokens, gflop: gflop - text }
    },
  }
  return {
    variants: [fresh, kept],
    reopen: () => openTwoStream(modelDir, settings),
    dispose: () => engine.dispose(),
  }
}

async function scoreOnce(engine: Engine, shape: Shape, seed: number, size: EncoderSize): Promise<Work> {
  const { text, mentions } = passageOf(shape, seed, 'two-stream', engine.info.features.length)
  await engine.score(text, mentions)
  const nPairs = shape.nMentions * shape.nCandidates
  return { nPairs, nTokens: shape.nTokens + nPairs * PAIR_TOKENS, gflop: twoStreamGflop(size, shape) }
}

/** Batches that the honest base is tried with. */
const BATCH_SIZES = [1, 2, 4, 8, 16]
/** The paper's window, where a model's is larger. */
const PUBLISHED_WINDOW = 512
/** Passages of a document. */
const DOCUMENT_PASSAGES = 2
/** Where mentions do not share a sequence each costs the same: a few show the speed. */
const FEW_PAIRED = { nMentions: 2 }
const FEW_MENTIONS = { nMentions: 4 }

/** All dense packings of a model, and the published base. */
export async function openDense(
  modelDir: string,
  settings: Settings & { readonly batchSize?: number },
): Promise<OpenVariants> {
  const { engineScript, threads, logger } = settings
  const [ranker, pid] = await startedBy(() => createDenseRanker({ modelDir, engineScript, threads, logger }))
  const { model } = ranker
  const accuracy = await readReport(modelDir)
  const suffix = threadsSuffix(settings)
  const precision = model.precision === 'int8' ? ('int8' as const) : ('fp32' as const)
  const make = (name: string, options: DenseOptions, use: Partial<DenseUse> = {}): Variant => ({
    name: `${name}${suffix}`,
    precision,
    kind: name === 'pair-published' ? 'published' : options.mode === 'sentence' ? 'dense-sentence' : 'dense',
    pid,
    ...(accuracy[options.mode] === undefined ? {} : { accuracyAt1: accuracy[options.mode] }),
    run: (shape, seed) => rankOnce(ranker, options, shape, { seed, ...use }),
  })
  const pair = { mode: 'pair' as const, context: 'passage' as const }
  const batchSize = settings.batchSize ?? (await bestBatch(ranker, pair))
  const windows = [...new Set([Math.min(PUBLISHED_WINDOW, model.maxTokens), model.maxTokens])]
  const variants = [
    // Published in fp32: the base of all others, also when a model in int8 is compared in the same run.
    ...(precision === 'fp32'
      ? [make('pair-published', { ...pair, batchSize: 2, sorted: false }, FEW_PAIRED)]
      : []),
    make(`pair-${precision}`, { ...pair, batchSize }, FEW_PAIRED),
    make(`dense-mention-${precision}`, { mode: 'mention', context: 'passage' }, FEW_MENTIONS),
    make(`dense-sentence-${precision}`, { mode: 'sentence' }),
    ...windows.map((maxTokens) =>
      make(`dense-passage-${precision}-${maxTokens}`, { mode: 'passage', maxTokens }),
    ),
    make(
      `dense-document-${precision}-${model.maxTokens}`,
      { mode: 'document' },
      { nPassages: DOCUMENT_PASSAGES },
    ),
  ]
  return {
    variants,
    reopen: () => openDense(modelDir, { ...settings, batchSize }),
    dispose: () => ranker.dispose(),
  }
}

interface DenseUse {
  readonly seed: number
  readonly nMentions?: number
  readonly nPassages?: number
}

async function rankOnce(
  ranker: DenseRanker,
  options: DenseOptions,
  shape: Shape,
  { seed, nMentions = shape.nMentions, nPassages = 1 }: DenseUse,
): Promise<Work> {
  const passages = Array.from({ length: nPassages }, (_, i) => {
    const passage = passageOf(shape, seed + i, 'dense')
    return { ...passage, mentions: passage.mentions.slice(0, nMentions) }
  })
  const { counts } = await ranker.rank(passages, options)
  return {
    nPairs: nPassages * nMentions * shape.nCandidates,
    nTokens: counts.nPaddedTokens,
    gflop: denseGflop(ranker.model, counts.nPaddedTokens, counts.nAttendedPairs),
  }
}

/** The fastest batch for pairs of the shorter shape. */
async function bestBatch(ranker: DenseRanker, options: DenseOptions): Promise<number> {
  const shape = { nTokens: 200, nMentions: 4, nCandidates: 4 }
  let [best, bestMs] = [1, Infinity]
  for (const batchSize of BATCH_SIZES) {
    const startMs = performance.now()
    await rankOnce(ranker, { ...options, batchSize }, shape, { seed: batchSize })
    const ms = performance.now() - startMs
    if (ms < bestMs) [best, bestMs] = [batchSize, ms]
  }
  return best
}

const ReportSchema = v.object({ accuracyAt1: v.record(v.string(), v.number()) })

/** Acc@1 by packing mode, which the training recipe leaves in the model's folder; nothing where it does not. */
async function readReport(modelDir: string): Promise<Partial<Record<PackingMode, number>>> {
  const text = await readFile(join(modelDir, 'report.json'), 'utf8').catch(() => '{"accuracyAt1":{}}')
  const report = v.safeParse(ReportSchema, JSON.parse(text))
  return report.success ? report.output.accuracyAt1 : {}
}

function threadsSuffix({ threads }: Settings): string {
  return threads === 1 ? '' : `, ${threads} threads`
}
