import { throwIfCancelled } from '../core/index.ts'
import type { Slices } from '../core/index.ts'

/** How long is worked at a stretch. A step is not cut: it takes some milliseconds, too. */
const SLICE_MS = 4

/** @param pause lets others have their turn */
export function createSlices(pause: () => Promise<void>): Slices {
  let startMs = performance.now()
  let others: Promise<void> | undefined
  const turn = async (): Promise<void> => {
    await pause()
    startMs = performance.now()
    others = undefined
  }
  /** Many may have waited for one turn: those that come late wait for the next. */
  const ready = async (): Promise<void> => {
    while (performance.now() - startMs > SLICE_MS) await (others ??= turn())
  }
  return {
    async run(work) {
      await ready()
      return work()
    },
    async runSteps(steps, token) {
      for (;;) {
        await ready()
        throwIfCancelled(token)
        const { done, value } = steps.next()
        if (done) return value
      }
    },
  }
}
