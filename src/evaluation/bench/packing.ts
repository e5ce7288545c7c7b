import type { Engine, MentionToScore } from '../../inference/index.ts'
import { variantOf } from './manuscript.ts'
import type { BenchParts, BenchResult } from './types.ts'

/** Text tokens × mentions × candidates per mention. */
const SHAPES: readonly (readonly [nTokens: number, nMentions: number, nCandidates: number])[] = [
  [200, 8, 5],
  [400, 20, 5],
]

const REPETITIONS = 6

/** Words of one token each, so that texts and candidates have the lengths the shapes say. */
const WORDS =
  'patient disease cancer blood heart cell protein gene drug treatment study group risk level effect rate'.split(
    ' ',
  )

/** Scores packed candidates of 12 tokens: each text read anew, and with the text kept. Shapes alternate in one run. */
export async function benchPacking(parts: BenchParts): Promise<BenchResult[]> {
  const cold = await parts.openLinker('manuscripts')
  try {
    const { engine } = cold
    if (engine === undefined) return []
    const timesMs = SHAPES.map(() => ({ fresh: [] as number[], kept: [] as number[] }))
    for (let repetition = 0; repetition <= REPETITIONS; repetition++) {
      for (const [i, shape] of SHAPES.entries()) {
        const { text, mentions } = workload(engine, shape, repetition)
        const freshMs = await timed(() => engine.score(text, mentions))
        const keptMs = await timed(() => engine.score(text, mentions))
        // The first round warms up.
        if (repetition > 0) timesMs[i]?.fresh.push(freshMs)
        if (repetition > 0) timesMs[i]?.kept.push(keptMs)
      }
    }
    return SHAPES.flatMap(([nTokens, nMentions, nCandidates], i) => {
      const nPairs = nMentions * nCandidates
      const result = {
        bench: 'packing' as const,
        shape: `${nTokens}x${nMentions}x${nCandidates}`,
        metric: 'pairsPerSecond',
        unit: 'pairs/s',
      }
      const perSecond = (times: readonly number[] = []): number => nPairs / (median(times) / 1000)
      return [
        { ...result, variant: variantOf(cold), value: perSecond(timesMs[i]?.fresh) },
        { ...result, variant: `${variantOf(cold)}, text kept`, value: perSecond(timesMs[i]?.kept) },
      ]
    })
  } finally {
    await cold.dispose()
  }
}

function workload(
  { info }: Engine,
  [nTokens, nMentions, nCandidates]: readonly [number, number, number],
  repetition: number,
): { text: string; mentions: MentionToScore[] } {
  // Two tokens of the text are [CLS] and [SEP]; another repetition reads another text.
  const words = Array.from({ length: nTokens - 2 }, (_, i) => wordAt(i * 7 + repetition * 3 + nTokens))
  const starts: number[] = []
  let text = ''
  for (const word of words) {
    starts.push(text.length)
    text += `${word} `
  }
  const mentions = Array.from({ length: nMentions }, (_, m): MentionToScore => {
    const index = Math.floor((m * words.length) / nMentions)
    const [mentionText = '', start = 0] = [words[index], starts[index]]
    // [MASK] mention [SEP] 3 words [SEP] 2 words [SEP] type [SEP] = 12 tokens
    const candidates = Array.from({ length: nCandidates }, (_, c) => ({
      name: [c, c + 1, c + 2].map((k) => wordAt(k + m)).join(' '),
      preferred: [c + 3, c + 4].map((k) => wordAt(k + m)).join(' '),
      typeLabel: 'disorder',
      features: info.features.map(() => 0.5),
    }))
    return { span: { start, end: start + mentionText.length }, mentionText, candidates }
  })
  return { text: text.trimEnd(), mentions }
}

function wordAt(index: number): string {
  return WORDS[index % WORDS.length] ?? ''
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now()
  await work()
  return performance.now() - startMs
}

function median(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? 0
}
