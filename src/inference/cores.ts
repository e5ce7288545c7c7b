import { availableParallelism } from 'node:os'

/** What an engine is mostly for: the one passage that an author edits, or all passages of whole manuscripts. */
export type EngineUse = 'editing' | 'manuscripts'

/** How many processes, and how many threads in each. */
export interface Workforce {
  readonly processes: number
  readonly threads: number
}

/** The processes of an engine, and what of them work may take that nobody waits for. */
export interface Layout extends Workforce {
  readonly background: Workforce
}

/**
 * Engine processes when nobody says how many. A passage is read by one process, so that more make no edit quicker, and
 * each takes about 250 MB; of whole manuscripts two processes read a fifth more in the same time than one with two threads.
 */
export function automaticProcesses(use: EngineUse, nCores = availableParallelism()): number {
  return use === 'editing' ? 1 : Math.min(2, nCores)
}

/** Threads inside each of so many processes: the cores there are for it, at most two. A trial may find that more pay. */
export function automaticThreads(nProcesses: number, nCores = availableParallelism()): number {
  return Math.min(2, Math.max(1, Math.floor(nCores / nProcesses)))
}

/**
 * While an author writes, linking the rest of the document leaves a core to the editor: of 2 cores it takes one, of 8 at
 * most seven. Only the passage being typed in, which the author waits for, may take all. On a single core the operating
 * system shares it out, by priority. Whole manuscripts on the command line take what there is.
 */
export function layoutOf(
  use: EngineUse,
  { processes, threads }: Workforce,
  nCores = availableParallelism(),
): Layout {
  if (use === 'manuscripts') return { processes, threads, background: { processes, threads } }
  const free = Math.max(1, nCores - 1)
  const inBackground = Math.min(processes, free)
  return {
    processes,
    threads,
    background: { processes: inBackground, threads: Math.min(threads, Math.floor(free / inBackground)) },
  }
}
