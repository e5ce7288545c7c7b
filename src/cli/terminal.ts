import type { CancellationToken, Logger, Progress } from '../core/index.ts'

/** Levels of `--log`, from quiet to talkative. */
export const logLevels = ['error', 'warn', 'info', 'debug'] as const
export type LogLevel = (typeof logLevels)[number]

/** Messages for people go to stderr, so that stdout holds results alone. */
export function stderrLogger(level: LogLevel): Logger {
  const shown = logLevels.indexOf(level)
  const at = (own: LogLevel, prefix: string) => (message: string) => {
    if (logLevels.indexOf(own) <= shown) process.stderr.write(`${prefix}${message}\n`)
  }
  return {
    error: at('error', 'error: '),
    warn: at('warn', 'warning: '),
    info: at('info', ''),
    debug: at('debug', 'debug: '),
  }
}

/** A progress line that rewrites itself on a terminal and is silent elsewhere. A total of 1 means a fraction. */
export function stderrProgress(label: string): Progress & { done(): void } {
  const live = process.stderr.isTTY
  let shownAtMs = 0
  return {
    report(done, total) {
      if (!live || (Date.now() - shownAtMs < 100 && done < total)) return
      shownAtMs = Date.now()
      const share = total === 1 ? `${Math.floor(done * 100)} %` : `${done} of ${total}`
      process.stderr.write(`\r\u001b[K${label} ${share}`)
    },
    done() {
      if (live) process.stderr.write('\r\u001b[K')
    },
  }
}

/** Ctrl+C asks running work to stop at its next step; a second Ctrl+C ends the process at once. */
export function interruptToken(): CancellationToken {
  const token = { isCancellationRequested: false }
  process.once('SIGINT', () => {
    token.isCancellationRequested = true
    process.stderr.write('\nStopping (press Ctrl+C again to end at once) …\n')
  })
  return token
}
