import type { CancellationToken } from '../core/index.ts'

const CANCEL_CHECK_MS = 200

/** Ends a request soon after the token says so, also while nothing comes. */
export function signalOf(token: CancellationToken | undefined): {
  readonly signal: AbortSignal
  stop(): void
} {
  const controller = new AbortController()
  const timer = setInterval(() => {
    if (token?.isCancellationRequested) controller.abort()
  }, CANCEL_CHECK_MS)
  return { signal: controller.signal, stop: () => clearInterval(timer) }
}
