import { createManuscriptParser } from '../../document/index.ts'
import type { Gliner, LabelAsked } from '../../inference/index.ts'
import { quantile } from '../bootstrap.ts'
import { ratio } from '../metrics.ts'
import type { BenchFile, BenchResult, NamedTypeParts } from './types.ts'

/** How many types are asked for. */
const N_LABELS = [1, 16, 128, 1024]
/** Sentences that are timed, and how long at most for one number of types; at least one is. */
const MAX_SENTENCES = 12
const MAX_MS = 20_000
/** A type that nothing is of, so that choosing spans costs nothing. */
const THRESHOLD = 0.999

/**
 * Sentences a second against the number of types: with a bi-encoder when their vectors are known and when they are not,
 * and with a uni-encoder, sentence by sentence in turn.
 */
export async function benchNamedTypes(
  { openBi, openUni, labels }: NamedTypeParts,
  files: readonly BenchFile[],
): Promise<BenchResult[]> {
  const sentences = sentencesOf(files).slice(0, MAX_SENTENCES)
  const results: BenchResult[] = []
  for (const nLabels of N_LABELS.filter((n) => n <= labels.length)) {
    const asked = labels.slice(0, nLabels).map((label) => ({ label, threshold: THRESHOLD }))
    const bi = await openBi()
    const uni = await openUni?.()
    try {
      const times = await timed(bi, uni, asked, sentences)
      results.push(...figures(nLabels, times))
    } finally {
      await Promise.all([bi.dispose(), uni?.dispose()])
    }
  }
  return results
}

interface Times {
  /** The first sentence, and with it the vectors of all types. */
  readonly firstMs: number
  /** Each sentence, when the vectors are there. */
  readonly biMs: readonly number[]
  readonly uniMs: readonly number[]
}

async function timed(
  bi: Gliner,
  uni: Gliner | undefined,
  asked: readonly LabelAsked[],
  sentences: readonly string[],
): Promise<Times> {
  const [first = ''] = sentences
  const firstMs = await msOf(bi, first, asked)
  const biMs: number[] = []
  const uniMs: number[] = []
  const startMs = performance.now()
  for (const sentence of sentences) {
    biMs.push(await msOf(bi, sentence, asked))
    if (uni) uniMs.push(await msOf(uni, sentence, asked))
    if (performance.now() - startMs > MAX_MS) break
  }
  return { firstMs, biMs, uniMs }
}

async function msOf(model: Gliner, sentence: string, asked: readonly LabelAsked[]): Promise<number> {
  const startMs = performance.now()
  await model.spans(sentence, asked)
  return performance.now() - startMs
}

const middle = (times: readonly number[]): number =>
  quantile(
    times.toSorted((a, b) => a - b),
    0.5,
  )

function figures(nLabels: number, { firstMs, biMs, uniMs }: Times): BenchResult[] {
  const known = middle(biMs)
  const rate = (variant: string, ms: number): BenchResult => ({
    bench: 'gliner',
    variant,
    shape: `${nLabels} types`,
    metric: 'sentencesPerSecond',
    value: ratio(1000, ms),
    unit: '/s',
  })
  const bi = [rate('bi-encoder, types known', known), rate('bi-encoder, first sentence', firstMs)]
  if (uniMs.length === 0) return bi
  const together = middle(uniMs)
  const times = { metric: 'ratio', value: ratio(together, known), unit: 'times' }
  return [...bi, rate('uni-encoder', together), { ...rate('bi against uni', known), ...times }]
}

function sentencesOf(files: readonly BenchFile[]): string[] {
  const passages = files.flatMap((file) => createManuscriptParser().parse(file).passages)
  const sentences = passages.flatMap(({ text, sentences: spans }) =>
    spans.map(({ start, end }) => text.slice(start, end).trim()),
  )
  return sentences.filter(({ length }) => length >= 60 && length <= 300)
}
