import { CancelledError, ConceptLensError, type CancellationToken } from '../../core/index.ts'
import type { Engine, MentionScores } from '../engine.ts'
import { fingerprintOf, type ModelManifest } from '../modelManifest.ts'
import { firstLine } from '../providers.ts'
import { chooseWay, withReasons } from './choose.ts'
import { measure, type Measured } from './measure.ts'
import type { Machine, Trial, Tried, Way } from './trial.ts'
import { hintsFor, leftOut, waysToTry } from './ways.ts'
import { countPairs, trialPassages } from './workload.ts'

/** What a trial needs of its surroundings. */
export interface TrialParts {
  readonly manifest: ModelManifest
  readonly machine: Machine
  /** Starts processes for one way. */
  readonly open: (way: Way) => OpenWay
  readonly nowMs: () => number
  /** Processes that want a core, on average of the last minute. */
  readonly load: () => number
  /** The time, ISO 8601 in UTC. */
  readonly now: () => string
  /** A way that has not answered for so long, in milliseconds, is given up. Default 20,000. */
  readonly patienceMs?: number
  /** Each speed is measured for so long at least, in milliseconds. Default 300. */
  readonly measuredMs?: number
  readonly token?: CancellationToken
  /** Called before each way. */
  readonly onWay?: (way: Way, index: number, total: number) => void
}

/** An engine on its way. */
export interface OpenWay {
  /** Rejects when it cannot start. */
  readonly ready: Promise<Engine>
  /** Why it does not run on the provider of its way; `undefined` while it does. */
  readonly notice: () => string | undefined
  /** Ends its processes, started or not. */
  readonly dispose: () => Promise<void>
}

const PATIENCE_MS = 20_000
const MEASURED_MS = 300

/**
 * Tries every way this machine may run the model, one after the other, each in processes of its own, and chooses. Measuring a
 * way takes about a second. Rejects with `CancelledError` when cancelled, and with `ConceptLensError` when nothing runs.
 */
export async function runTrial(parts: TrialParts): Promise<Trial> {
  const { manifest, machine, nowMs } = parts
  const beganMs = nowMs()
  const load = parts.load()
  const passages = trialPassages(manifest.features)
  const ways = waysToTry(machine, manifest)
  const tried: Tried[] = []
  let expected: readonly MentionScores[] | undefined
  for (const [index, way] of ways.entries()) {
    if (parts.token?.isCancellationRequested) throw new CancelledError()
    parts.onWay?.(way, index, ways.length)
    const { tried: one, scores } = await tryWay(way, parts, { passages, expected })
    tried.push(one)
    if (one.outcome === 'measured') expected ??= scores
  }
  const all = [...tried, ...leftOut(machine, manifest)]
  const [editing, manuscripts] = [chooseWay('editing', tried), chooseWay('manuscripts', tried)]
  if (!editing || !manuscripts)
    throw new ConceptLensError(
      'trial-failed',
      `The model runs in no way on this machine: ${tried.map(({ reason }) => reason).join(' ')}`,
    )
  const chosen = { editing, manuscripts }
  const { name, version, precision } = manifest
  return {
    format: 1,
    measuredAt: parts.now(),
    seconds: (nowMs() - beganMs) / 1000,
    load,
    machine,
    model: { name, version, fingerprint: fingerprintOf(manifest), precision },
    asked: {
      passages: passages.length,
      pairs: countPairs(passages),
      editingPairs: countPairs(passages.slice(0, 1)),
    },
    tried: [...withReasons(all, chosen)],
    chosen,
    hints: [...hintsFor(manifest, machine, tried)],
  }
}

type Asked = Pick<Parameters<typeof measure>[2], 'passages' | 'expected'>

/** Measures one way. Whatever goes wrong with it is its reason; only a cancelled trial rejects. */
async function tryWay(way: Way, parts: TrialParts, asked: Asked): Promise<Measured> {
  const { nowMs, token, patienceMs = PATIENCE_MS, measuredMs = MEASURED_MS } = parts
  const impatient = createPatience(patienceMs, token)
  const { ready, notice, dispose } = parts.open(way)
  ready.catch(() => undefined)
  try {
    const engine = await Promise.race([ready, impatient.over])
    const before = notice()
    if (before !== undefined) return failed(way, before)
    const measured = await Promise.race([
      measure(engine, way, { ...asked, nowMs, measuredMs, token }),
      impatient.over,
    ])
    return notice() === undefined ? measured : failed(way, notice() ?? '')
  } catch (error) {
    if (token?.isCancellationRequested) throw new CancelledError()
    return failed(way, firstLine(error))
  } finally {
    impatient.end()
    await dispose()
  }
}

function failed(way: Way, reason: string): Measured {
  return { tried: { way, outcome: 'failed', reason }, scores: [] }
}

/** Rejects after a while without patience, or when the trial is cancelled. */
function createPatience(patienceMs: number, token: CancellationToken | undefined) {
  let poll: NodeJS.Timeout | undefined
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`Not chosen: it did not answer within ${(patienceMs / 1000).toFixed(0)} s.`))
    }, patienceMs)
    poll = setInterval(() => {
      if (token?.isCancellationRequested) reject(new CancelledError())
    }, 50)
  })
  over.catch(() => undefined)
  return {
    over,
    end() {
      clearTimeout(timer)
      clearInterval(poll)
    },
  }
}
