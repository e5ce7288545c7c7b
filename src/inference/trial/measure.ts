import type { CancellationToken } from '../../core/index.ts'
import type { Engine, MentionScores } from '../engine.ts'
import { rankAgreement } from './agreement.ts'
import type { Tried, Way } from './trial.ts'
import { countPairs, type TrialPassage } from './workload.ts'

/** What one measurement works with. */
export interface Measuring {
  readonly passages: readonly TrialPassage[]
  /** Scores of one thread of the processor; without them, these are the first. */
  readonly expected: readonly MentionScores[] | undefined
  readonly nowMs: () => number
  /** Each speed is measured for so long at least, and for one round. */
  readonly measuredMs: number
  readonly token: CancellationToken | undefined
}

/** Speeds of one way, and its scores. */
export interface Measured {
  readonly tried: Tried
  readonly scores: readonly MentionScores[]
}

/** Asks an engine all pairs once, for their scores and to warm up, then measures. Rejects when the engine does. */
export async function measure(engine: Engine, way: Way, measuring: Measuring): Promise<Measured> {
  const { passages, expected } = measuring
  const scores = (await askAll(engine, passages, measuring.token)).flat()
  const { provider } = engine.running()
  // Where it fell back, what was measured is the processor.
  if (provider !== way.provider) return { tried: fellBack(way), scores }
  const [first] = passages
  const isSingle = way.processes === 1
  const editing = first && isSingle ? await pairsPerSecond(engine, [first], measuring) : undefined
  const manuscripts = await pairsPerSecond(engine, passages, measuring)
  return {
    tried: {
      way,
      outcome: 'measured',
      reason: '',
      agreement: rankAgreement(expected ?? scores, scores),
      pairsPerSecond: { ...(editing === undefined ? {} : { editing }), manuscripts },
    },
    scores,
  }
}

/** The fastest round counts: whatever disturbs only ever slows down. */
async function pairsPerSecond(
  engine: Engine,
  passages: readonly TrialPassage[],
  { nowMs, measuredMs, token }: Measuring,
): Promise<number> {
  const beganMs = nowMs()
  let fastestMs = Infinity
  for (let round = 1; fastestMs === Infinity || nowMs() - beganMs < measuredMs; round++) {
    // Another text each time, so that it is read again: an engine keeps what it has read.
    const fresh = passages.map((passage) => ({ ...passage, text: `${passage.text} ${round}` }))
    const startMs = nowMs()
    await askAll(engine, fresh, token)
    fastestMs = Math.min(fastestMs, nowMs() - startMs)
  }
  return countPairs(passages) / (Math.max(fastestMs, 1e-3) / 1000)
}

function askAll(
  engine: Engine,
  passages: readonly TrialPassage[],
  token: CancellationToken | undefined,
): Promise<(readonly MentionScores[])[]> {
  return Promise.all(passages.map(({ text, mentions }) => engine.score(text, mentions, token)))
}

function fellBack(way: Way): Tried {
  return { way, outcome: 'failed', reason: 'It failed while it was measured; the processor took its place.' }
}
