/**
 * Work in slices: between two of them the rest of the process has its turn, so that a keystroke or a request never waits
 * for a document.
 */
export interface Slices {
  /** Does some work now or, when slices went on for long, after others had their turn. */
  run<T>(work: () => T | Promise<T>): Promise<T>
}

/** How long is worked at a stretch. A piece of work is not cut: that of a mention or a passage takes some milliseconds, too. */
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
  return {
    async run(work) {
      // Many may have waited for one turn: those that come late wait for the next.
      while (performance.now() - startMs > SLICE_MS) await (others ??= turn())
      return work()
    },
  }
}
