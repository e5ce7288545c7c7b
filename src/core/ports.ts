/** Where messages for people go. Never stdout: in the server, stdout is the wire. */
export interface Logger {
  error(message: string): void
  warn(message: string): void
  info(message: string): void
  debug(message: string): void
}

/** A clock that tests can set. */
export interface Clock {
  /** Milliseconds that only ever grow; no calendar meaning. */
  nowMs(): number
}

/** Asks a long computation to stop. Checked between small steps; a cancelled computation throws {@link CancelledError}. */
export interface CancellationToken {
  readonly isCancellationRequested: boolean
}

/** What a cancelled computation throws. Not a failure: never shown to people as one. */
export class CancelledError extends Error {
  constructor() {
    super('Cancelled')
    this.name = 'CancelledError'
  }
}

/** @throws CancelledError when the token says so */
export function throwIfCancelled(token: CancellationToken | undefined): void {
  if (token?.isCancellationRequested === true) throw new CancelledError()
}

/** How far a long computation is. */
export interface Progress {
  report(done: number, total: number): void
}

/**
 * Work in slices: between two of them the rest of the process has its turn, so that a keystroke or a request never waits
 * for a document.
 */
export interface Slices {
  /** Does some work now or, when slices went on for long, after others had their turn. */
  run<T>(work: () => T | Promise<T>): Promise<T>
  /**
   * Does work that takes longer than a slice: others may have their turn between its steps.
   * @throws CancelledError between two steps when the token says so
   */
  runSteps<T>(steps: Steps<T>, token?: CancellationToken): Promise<T>
}

/** Work in steps of a few milliseconds; it may be interrupted where it yields, and returns what came of it. */
export type Steps<T> = Generator<undefined, T, undefined>

/** Does all steps at once. */
export function allSteps<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}
