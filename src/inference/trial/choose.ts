import type { EngineUse } from '../cores.ts'
import { LEAST_AGREEMENT, type Tried, type Way } from './trial.ts'

/** A way that takes more of the machine than a simpler one must be so many times as fast. */
const WORTH = 1.15

/** The way to use: ways in the order of what they take. The first one, a thread of the processor, always answers. */
export function chooseWay(use: EngineUse, tried: readonly Tried[]): Way | undefined {
  let best: Tried | undefined
  for (const one of tried) {
    if (!isFit(one, use)) continue
    if (best === undefined || speedOf(one, use) >= WORTH * speedOf(best, use)) best = one
  }
  return best?.way
}

/** The same list with the reason of every measured way. */
export function withReasons(
  tried: readonly Tried[],
  chosen: Readonly<Record<EngineUse, Way>>,
): readonly Tried[] {
  return tried.map((one) =>
    one.outcome === 'measured' ? { ...one, reason: reasonFor(one, tried, chosen) } : one,
  )
}

function reasonFor(one: Tried, tried: readonly Tried[], chosen: Readonly<Record<EngineUse, Way>>): string {
  const uses = (['editing', 'manuscripts'] as const).filter((use) => chosen[use] === one.way)
  if (uses.length > 0) return `Chosen for ${uses.join(' and ')}.`
  if ((one.agreement ?? 0) < LEAST_AGREEMENT)
    return `Not chosen: it ranks otherwise than the processor; at least ${LEAST_AGREEMENT} % must agree.`
  const use = one.pairsPerSecond?.editing === undefined ? 'manuscripts' : 'editing'
  const winner = tried.find(({ way }) => way === chosen[use])
  const times = speedOf(one, use) / (winner ? speedOf(winner, use) : NaN)
  const rule = times > 1 ? `; what takes more of the machine must have ${WORTH} times the speed` : ''
  return `Not chosen: ${times.toFixed(2)} times the speed of what was chosen for ${use}${rule}.`
}

function isFit({ outcome, agreement = 0, pairsPerSecond }: Tried, use: EngineUse): boolean {
  return outcome === 'measured' && agreement >= LEAST_AGREEMENT && pairsPerSecond?.[use] !== undefined
}

function speedOf({ pairsPerSecond }: Tried, use: EngineUse): number {
  return pairsPerSecond?.[use] ?? 0
}
