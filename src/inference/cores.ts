import { availableParallelism } from 'node:os'

/** What an engine is mostly for: the one passage that an author edits, or all passages of whole manuscripts. */
export type EngineUse = 'editing' | 'manuscripts'

/**
 * Engine processes when nobody says how many. A passage is read by one process, so that more make no edit quicker, and
 * each takes about 250 MB; of whole manuscripts two processes read a fifth more in the same time than one with two threads.
 */
export function automaticProcesses(use: EngineUse): number {
  return use === 'editing' ? 1 : Math.min(2, availableParallelism())
}

/** Threads inside each of so many processes: the cores there are for it, at most two. More were not measured. */
export function automaticThreads(nProcesses: number): number {
  return Math.min(2, Math.max(1, Math.floor(availableParallelism() / nProcesses)))
}
