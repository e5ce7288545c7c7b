import { createManuscriptParser } from '../../../document/index.ts'
import type { LinkedManuscript } from '../../../core/index.ts'
import { createDenseRanker } from '../../../inference/index.ts'
import type { BenchFile, BenchParts, BenchResult, OrderParts } from '../types.ts'
import { casesOf, reordered, type OrderCase } from './cases.ts'
import { denseChooser, generativeChooser, twoStreamChooser, type Chooser } from './choosers.ts'

const SHUFFLES = 4
const MENTIONS = 100
/** Orders whose answers are averaged, beside one alone. */
const AVERAGED = 5

/**
 * How often an answer changes when the same candidates of the same mention are shown in another order: for the two-stream
 * encoder, whose candidates do not see each other, for dense packings, where they do, and for language models.
 */
export async function benchOrder(
  parts: Pick<BenchParts, 'openLinker' | 'progress'>,
  files: readonly BenchFile[],
  order: OrderParts,
): Promise<BenchResult[]> {
  const cold = await parts.openLinker('manuscripts')
  try {
    const linked: LinkedManuscript[] = []
    for (const file of files) linked.push(await cold.linker.link(createManuscriptParser().parse(file)))
    const cases = casesOf(linked, order.nMentions ?? MENTIONS)
    const results = cold.engine ? await measure(twoStreamChooser(cold.engine), cases, parts) : []
    for (const modelDir of order.denseModels) {
      const ranker = await createDenseRanker({
        modelDir,
        engineScript: order.engineScript,
        logger: order.logger,
      })
      try {
        for (const mode of ['pair', 'mention', 'passage'] as const)
          results.push(...(await measure(denseChooser(ranker, mode), cases, parts)))
      } finally {
        await ranker.dispose()
      }
    }
    const model = await order.openLanguageModel?.()
    try {
      if (model)
        for (const nOrders of [1, AVERAGED])
          results.push(...(await measure(generativeChooser(model, nOrders), cases, parts)))
    } finally {
      await model?.dispose()
    }
    return results
  } finally {
    await cold.dispose()
  }
}

async function measure(
  chooser: Chooser,
  cases: readonly OrderCase[],
  { progress }: Pick<BenchParts, 'progress'>,
): Promise<BenchResult[]> {
  progress?.(`order, ${chooser.name}`)
  const startMs = performance.now()
  const asTheyStand = await chooseAll(chooser, cases)
  const seconds = (performance.now() - startMs) / 1000
  const changed = asTheyStand.map(() => 0)
  for (let seed = 1; seed <= SHUFFLES; seed += 1) {
    const found = await chooseAll(chooser, reordered(cases, seed))
    found.forEach((id, i) => (changed[i] = (changed[i] ?? 0) + Number(id !== asTheyStand[i])))
  }
  const nMentions = asTheyStand.length
  const nChanged = changed.reduce((a, b) => a + b, 0)
  const row = (metric: string, value: number, unit: string): BenchResult => ({
    ...{ bench: 'order', variant: chooser.name, shape: `${nMentions} mentions × ${SHUFFLES} shuffles` },
    ...{ metric, value, unit },
  })
  return [
    row('answersChanged', share(nChanged, nMentions * SHUFFLES), '%'),
    row('mentionsEverChanged', share(changed.filter((n) => n > 0).length, nMentions), '%'),
    row('mentionsPerSecond', nMentions / seconds, 'mentions'),
  ]
}

async function chooseAll(chooser: Chooser, cases: readonly OrderCase[]): Promise<readonly string[]> {
  const found: string[] = []
  for (const one of cases) found.push(...(await chooser.choose(one)))
  return found
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : (100 * part) / whole)
