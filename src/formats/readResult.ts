import type { Problem } from '../core/index.ts'

/** What a reader gives: as much as could be read, and what was wrong with the rest. Readers never throw on input. */
export interface ReadResult<T> {
  readonly value: T
  readonly problems: readonly Problem[]
}
