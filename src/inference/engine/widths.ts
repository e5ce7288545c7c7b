import type { Session } from './tensors.ts'

/** One graph on the processor with more or fewer threads, as the work at hand may take. */
export interface Widths {
  /** Runs with the threads told last. */
  readonly session: Session
  /** Runs with so many threads from now on. */
  readonly use: (threads: number) => Promise<void>
}

/**
 * A session for each number of threads, because ONNX Runtime fixes it when a session is opened. The weights are there once
 * more in each (some 60 MB for the model that ships), so they are opened when they are first used.
 * An accelerator does the work whatever the threads: it has one session.
 */
export function createWidths(
  first: Session,
  threads: number,
  openProcessor: (threads: number) => Promise<Session>,
): Widths {
  const known = new Map([[threads, Promise.resolve(first)]])
  const isProcessor = first.provider === 'cpu'
  let current = first
  return {
    session: {
      inputs: first.inputs,
      outputs: first.outputs,
      get provider() {
        return first.provider
      },
      get notice() {
        return first.notice
      },
      run: (feeds, wanted) => current.run(feeds, wanted),
    },
    async use(wanted) {
      if (!isProcessor) return
      // Where there is no memory for another one, the first does its work.
      const opening = known.get(wanted) ?? openProcessor(wanted).catch(() => first)
      known.set(wanted, opening)
      current = await opening
    },
  }
}
