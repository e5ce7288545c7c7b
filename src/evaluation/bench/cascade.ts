import type { LinkedPassage } from '../../core/index.ts'
import { createManuscriptParser } from '../../document/index.ts'
import { createDenseRanker, createEngine } from '../../inference/index.ts'
import type { Engine, MentionToScore } from '../../inference/index.ts'
import { candidateToScore, createLinker } from '../../linking/index.ts'
import type { BenchFile, BenchParts, BenchResult, CascadeParts } from './types.ts'

const ROUNDS = 3
/** Passages that are measured: so many, spread over all. */
const PASSAGES = 16
/** Candidates of a mention that count as pairs: as many as the linker has its model read at most. */
const RANKED = 7

/**
 * What ranking real manuscripts costs: every mention with its candidates in the published way (a pair with its passage, two at a time,
 * padded), by the engine that reads a text once, and as the linker does, which spares mentions that are certain, candidates that
 * names rule out, and what is asked twice. One thread each, in turn in one run; speeds are pairs that were answered for, by the
 * fastest round. Every text is read anew.
 */
export async function benchCascade(
  { openLinker }: Pick<BenchParts, 'openLinker'>,
  files: readonly BenchFile[],
  { engineScript, modelDir, denseModel, logger }: CascadeParts,
): Promise<BenchResult[]> {
  const cases = await casesOf(openLinker, files, logger)
  const alone = { engineScript, threads: 1, logger }
  const engine = await createEngine({ modelDir, processes: 1, use: 'manuscripts', ...alone })
  const base =
    denseModel === undefined ? undefined : await createDenseRanker({ modelDir: denseModel, ...alone })
  const variants: Variant[] = [
    ...(base
      ? [
          {
            name: 'pair-published',
            // Every pair costs the same: those of one mention show the speed.
            pairsOf: ({ all }: Case) => all.slice(0, 1),
            run: async ({ text }: Case, mentions: readonly MentionToScore[]) => {
              const passage = { text, sentences: [], mentions }
              await base.rank([passage], { mode: 'pair', context: 'passage', batchSize: 2, sorted: false })
            },
          },
        ]
      : []),
    {
      name: 'two-stream, every pair',
      pairsOf: ({ all }) => all,
      run: ({ text }, mentions, round) => engine.score(anew(text, round), mentions),
    },
    {
      name: 'two-stream, as the linker asks',
      pairsOf: ({ all }) => all,
      run: async ({ text, asked }, _, round) => {
        // Read in any case, for the tagger.
        await engine.analyse(anew(text, ROUNDS + 1 + round))
        for (const mentions of asked) await engine.score(anew(text, ROUNDS + 1 + round), mentions)
      },
    },
  ]
  try {
    const speeds = new Map<string, number>()
    for (let round = 0; round <= ROUNDS; round++)
      for (const variant of variants) {
        const speed = await speedOf(variant, cases, round)
        if (round > 0) speeds.set(variant.name, Math.max(speeds.get(variant.name) ?? 0, speed))
      }
    return resultsOf(speeds, cases)
  } finally {
    await Promise.all([engine.dispose(), base?.dispose()])
  }
}

/** A passage with what there is to rank in it. */
interface Case {
  readonly text: string
  /** Every mention with its candidates. */
  readonly all: readonly MentionToScore[]
  /** What the linker asked the model, call by call. */
  readonly asked: readonly (readonly MentionToScore[])[]
}

interface Variant {
  readonly name: string
  /** The mentions that are timed. */
  readonly pairsOf: (one: Case) => readonly MentionToScore[]
  readonly run: (one: Case, mentions: readonly MentionToScore[], round: number) => Promise<unknown>
}

async function speedOf({ pairsOf, run }: Variant, cases: readonly Case[], round: number): Promise<number> {
  let nPairs = 0
  const startMs = performance.now()
  for (const one of cases) {
    const mentions = pairsOf(one)
    nPairs += pairsIn(mentions)
    await run(one, mentions, round)
  }
  return nPairs / ((performance.now() - startMs) / 1000)
}

const pairsIn = (mentions: readonly MentionToScore[]): number =>
  mentions.reduce((sum, { candidates }) => sum + candidates.length, 0)

/** A text that the engine has not kept: blanks at its end are no tokens. */
const anew = (text: string, round: number): string => text + ' '.repeat(round)

/** Links the manuscripts and notes what the model is asked; of the passages with mentions some are taken, spread over all. */
async function casesOf(
  openLinker: BenchParts['openLinker'],
  files: readonly BenchFile[],
  logger: CascadeParts['logger'],
): Promise<readonly Case[]> {
  const opened = await openLinker('manuscripts')
  const { engine, linker, knowledgeBase } = opened
  try {
    if (!engine) return []
    const asked = new Map<string, (readonly MentionToScore[])[]>()
    const noting: Engine = {
      ...engine,
      score(text, mentions, token) {
        asked.set(text, [...(asked.get(text) ?? []), mentions])
        return engine.score(text, mentions, token)
      },
    }
    const again = createLinker({ knowledgeBase, engine: noting, logger }, linker.pipeline)
    const passages: LinkedPassage[] = []
    for (const { file, text } of files)
      passages.push(...(await again.link(createManuscriptParser().parse({ file, text }))).passages)
    const found = passages.filter(({ links }) => links.some(({ candidates }) => candidates.length > 0))
    const step = Math.max(1, found.length / PASSAGES)
    return Array.from({ length: Math.min(PASSAGES, found.length) }, (_, i) => found[Math.floor(i * step)])
      .filter((one) => one !== undefined)
      .map(({ passage: { text }, links }) => ({
        text,
        all: links.flatMap((link) => toScore(link, engine)),
        asked: asked.get(text) ?? [],
      }))
  } finally {
    await opened.dispose()
  }
}

function toScore(
  { mention, candidates }: LinkedPassage['links'][number],
  { info }: Engine,
): MentionToScore | [] {
  if (candidates.length === 0) return []
  // What they are does not change the time.
  const features = info.features.map(() => 0)
  return {
    span: mention.span,
    mentionText: mention.expansion ?? mention.text,
    candidates: candidates.slice(0, RANKED).map((one) => candidateToScore(one, features, info)),
  }
}

function resultsOf(speeds: ReadonlyMap<string, number>, cases: readonly Case[]): BenchResult[] {
  const nPairs = cases.reduce((sum, { all }) => sum + pairsIn(all), 0)
  const nRead = cases.reduce((sum, { asked }) => sum + pairsIn(asked.flat()), 0)
  const shape = `${cases.length} passages, ${cases.reduce((sum, { all }) => sum + all.length, 0)} mentions`
  const row = { bench: 'cascade' as const, shape }
  const published = speeds.get('pair-published')
  return [
    { ...row, variant: 'two-stream, every pair', metric: 'pairs', value: nPairs, unit: 'pairs' },
    { ...row, variant: 'two-stream, as the linker asks', metric: 'pairsRead', value: nRead, unit: 'pairs' },
    ...[...speeds].flatMap(([variant, value]) => [
      { ...row, variant, metric: 'pairsPerSecond', value, unit: 'pairs/s' },
      ...(published === undefined
        ? []
        : [{ ...row, variant, metric: 'timesPublished', value: value / published, unit: '×' }]),
    ]),
  ]
}
