import { CancelledError, type CancellationToken } from '../core/index.ts'
import type { Engine, Trial } from '../inference/index.ts'
import type { PerformanceReport, Settings } from '../protocol/index.ts'
import type { Assets, Messages, Timers } from './ports.ts'

/** A trial begins by itself when nothing has been linked for so long. */
const QUIET_MS = 15_000
/** On a machine that is busy with other things, it waits for so long and looks again. */
const BUSY_MS = 120_000
/** Processes that want a core, for each core: above it a trial would measure the others. */
const BUSY_LOAD = 1

/** What {@link createPerformance} works with. */
export interface PerformanceParts {
  readonly assets: Pick<Assets, 'knownTrial' | 'measureTrial' | 'loadPerCore'>
  readonly messages: Messages
  readonly timers: Timers
  /** The settings of the window. */
  readonly settings: () => Promise<Settings>
  /** The engine in use; `undefined` when none is. */
  readonly engine: () => Engine | undefined
  /** Documents are being linked. */
  readonly isLinking: () => boolean
  readonly lowPower: () => string | undefined
}

/** Trials of this machine: made once by itself, and whenever a person asks. */
export interface Performance {
  /** The server is ready: a trial may be made, when there was none. */
  prepare(): Promise<void>
  /** A document is about to be linked: a trial that nobody asked for gives way, and begins again later. */
  giveWay(): void
  report(): Promise<PerformanceReport>
  /** Makes a trial now. Rejects with `CancelledError`. */
  measure(token: CancellationToken): Promise<PerformanceReport>
  dispose(): void
}

/** Makes a {@link Performance}. Nothing is measured before the first links, nor while something is linked. */
export function createPerformance(parts: PerformanceParts): Performance {
  const { assets, timers } = parts
  let isWanted = false
  let cancelTimer = (): void => undefined
  /** The trial under way; `cancelled` when it is to end. */
  let running: { cancelled: boolean; readonly done: Promise<unknown> } | undefined

  function wait(delayMs: number): void {
    cancelTimer()
    if (isWanted) cancelTimer = timers.after(delayMs, () => void begin())
  }

  async function begin(): Promise<void> {
    if (running || !isWanted) return
    if (parts.isLinking()) return wait(QUIET_MS)
    if (parts.lowPower() !== undefined || assets.loadPerCore() > BUSY_LOAD) return wait(BUSY_MS)
    try {
      const trial = await run(await parts.settings(), undefined)
      isWanted = false
      parts.messages.info(`Trial of this machine: ${inWords(trial)}.`)
    } catch (error) {
      if (error instanceof CancelledError) return wait(QUIET_MS)
      // Not tried again until the next start.
      isWanted = false
      parts.messages.warn(`The trial of this machine failed: ${String(error)}`)
    }
  }

  async function run(settings: Settings, asked: CancellationToken | undefined): Promise<Trial> {
    if (running) running.cancelled = true
    await running?.done
    const own = { cancelled: false }
    const token = {
      get isCancellationRequested() {
        return own.cancelled || asked?.isCancellationRequested === true
      },
    }
    const measuring = assets.measureTrial(settings['model.path'], { token, isIdle: asked === undefined })
    const done = measuring.catch(() => undefined)
    running = Object.assign(own, { done })
    const mine = running
    try {
      return await measuring
    } finally {
      if (running === mine) running = undefined
    }
  }

  async function report(): Promise<PerformanceReport> {
    const settings = await parts.settings()
    const trial = await assets.knownTrial(settings['model.path'])
    const now = parts.engine()?.running()
    const lowPower = parts.lowPower()
    return {
      wanted: settings['engine.provider'],
      isMeasuring: running !== undefined,
      ...(trial ? { trial } : {}),
      ...(now ? { running: now } : {}),
      ...(lowPower === undefined ? {} : { lowPower }),
    }
  }

  return {
    async prepare() {
      const settings = await parts.settings()
      if (settings['engine.provider'] !== 'auto' || !parts.engine()) return
      isWanted = (await assets.knownTrial(settings['model.path'])) === undefined
      wait(QUIET_MS)
    },
    giveWay() {
      if (!isWanted) return
      if (running) running.cancelled = true
      else wait(QUIET_MS)
    },
    report,
    async measure(token) {
      isWanted = false
      await run(await parts.settings(), token)
      return report()
    },
    dispose() {
      isWanted = false
      cancelTimer()
      if (running) running.cancelled = true
    },
  }
}

function inWords({ chosen, seconds }: Trial): string {
  const { provider, processes, threads } = chosen.editing
  return `${provider}, ${processes} × ${threads} for editing, after ${seconds.toFixed(1)} s; from the next start`
}
