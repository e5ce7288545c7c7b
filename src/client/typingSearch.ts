import type { CancellationToken } from 'vscode'

/** What a {@link TypingSearch} works with. */
export interface TypingSearchParts<Found> {
  /** Asks for what a text finds; the token is cancelled when nobody waits for the answer any more. */
  search(text: string, token: CancellationToken): Promise<Found>
  /** Takes the answer to the latest text, never one that is stale. */
  show(found: Found): void
  /** Whether an answer is awaited. */
  busy(isBusy: boolean): void
  /** Like VS Code's class of this name. */
  createTokenSource(): TokenSource
  /** Calls back later; returns what prevents it. */
  after(delayMs: number, callback: () => void): () => void
}

export interface TokenSource {
  readonly token: CancellationToken
  cancel(): void
  dispose(): void
}

/** Searches while a person types: when they pause, and only for what they typed last. */
export interface TypingSearch {
  /** The text is this now. An empty one finds nothing and asks nobody. */
  readonly type: (text: string) => void
  /** Nobody waits any more. */
  readonly stop: () => void
}

/** Somebody who types fast does so every 100 to 200 ms. */
const DELAY_MS = 80

export function createTypingSearch<Found>(parts: TypingSearchParts<Found>): TypingSearch {
  let forget: (() => void) | undefined

  async function run(text: string, source: TokenSource): Promise<void> {
    const isStale = (): boolean => source.token.isCancellationRequested
    try {
      const found = await parts.search(text, source.token)
      if (!isStale()) parts.show(found)
    } catch {
      // The server says in its log what went wrong; what was found before stays.
    } finally {
      if (!isStale()) parts.busy(false)
      source.dispose()
    }
  }

  const stop = (): void => {
    forget?.()
    forget = undefined
  }

  return {
    type(text) {
      stop()
      const isAsking = text.trim() !== ''
      parts.busy(isAsking)
      if (!isAsking) return
      const source = parts.createTokenSource()
      const cancelTimer = parts.after(DELAY_MS, () => void run(text, source))
      forget = () => {
        cancelTimer()
        source.cancel()
      }
    },
    stop,
  }
}
