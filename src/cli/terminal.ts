import type { CancellationToken, Logger, Progress } from '../core/index.ts'
import type { TaskUnit } from '../protocol/index.ts'
import { onParentCancel, tellParent } from './parentProcess.ts'

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

/**
 * A progress line that rewrites itself on a terminal and is silent elsewhere; a parent process is told of it too. A total
 * of 1 means a share; a total of 0 is not known.
 */
export function stderrProgress(
  label: string,
  unit: TaskUnit = 'things',
): Progress & { step(words: string): void; done(): void } {
  const live = process.stderr.isTTY
  let shownAtMs = 0
  let step = ''
  return {
    /** What is being done, behind the figures. */
    step(words) {
      step = `: ${words}`
    },
    report(done, total) {
      if (Date.now() - shownAtMs < 100 && done < total) return
      shownAtMs = Date.now()
      const counted = total === 1 ? 'share' : unit
      tellParent({ kind: 'progress', label, done, total, unit: counted })
      if (live) process.stderr.write(`\r\u001b[K${label} ${progressText(done, total, counted)}${step}`)
    },
    done() {
      if (live) process.stderr.write('\r\u001b[K')
    },
  }
}

function progressText(done: number, total: number, unit: TaskUnit): string {
  switch (unit) {
    case 'share':
      return `${Math.floor(done * 100)} %`
    case 'bytes':
      return total === 0 ? megabytes(done) : `${megabytes(done)} of ${megabytes(total)}`
    case 'things':
      return `${done} of ${total}`
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

/** Ctrl+C, or the parent process, asks running work to stop at its next step; a second Ctrl+C ends the process at once. */
export function interruptToken(): CancellationToken {
  const token = { isCancellationRequested: false }
  onParentCancel(() => {
    token.isCancellationRequested = true
  })
  process.once('SIGINT', () => {
    token.isCancellationRequested = true
    process.stderr.write('\nStopping (press Ctrl+C again to end at once) …\n')
  })
  return token
}
