import type { TaskProgress } from '../../protocol/index.ts'

/** No guess before the work has shown its pace. */
const WARM_UP_MS = 3000

/** Says how far a task is, at what rate, and how long it will take still. */
export interface ProgressMeter {
  /** `Mondo: 12.3 of 45.0 MB, 2.1 MB/s, 15 s left`. */
  text(progress: TaskProgress): string
  /** How much of the whole bar (100) came since the last call; 0 when the task went on to another part. */
  increment(progress: TaskProgress): number
}

/** A meter for one task; parts of it (downloads, then the import) are told apart by their label. */
export function createProgressMeter(nowMs: () => number = Date.now): ProgressMeter {
  let label: string | undefined
  let start = { ms: 0, done: 0 }
  let shown = 0

  return {
    text(progress) {
      if (progress.label !== label) {
        label = progress.label
        start = { ms: nowMs(), done: progress.done }
      }
      const elapsedMs = nowMs() - start.ms
      const perMs = elapsedMs < WARM_UP_MS ? 0 : (progress.done - start.done) / elapsedMs
      const parts = [amount(progress), rate(progress, perMs), timeLeft(progress, perMs)]
      return `${progress.label}: ${parts.filter((part) => part !== '').join(', ')}`
    },
    increment({ done, total }) {
      const share = total > 0 ? Math.min(100, (100 * done) / total) : 0
      const grown = Math.max(0, share - shown)
      shown = share
      return grown
    },
  }
}

function amount({ done, total, unit }: TaskProgress): string {
  switch (unit) {
    case 'share':
      return `${Math.floor(done * 100)} %`
    case 'bytes':
      return total === 0 ? `${megabytes(done)} MB` : `${megabytes(done)} of ${megabytes(total)} MB`
    case 'things':
      return total === 0 ? number(done) : `${number(done)} of ${number(total)}`
  }
}

function rate({ unit }: TaskProgress, perMs: number): string {
  if (perMs <= 0) return ''
  switch (unit) {
    case 'share':
      return `${(perMs * 60_000 * 100).toFixed(0)} % a minute`
    case 'bytes':
      return `${megabytes(perMs * 1000)} MB/s`
    case 'things':
      return `${number(Math.round(perMs * 1000))} a second`
  }
}

function timeLeft({ done, total }: TaskProgress, perMs: number): string {
  if (perMs <= 0 || total <= done) return ''
  return `${duration((total - done) / perMs)} left`
}

/** A duration for people: `15 s`, `3 min`, `1 h 5 min`. */
export function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  if (seconds < 90) return `${seconds} s`
  const minutes = Math.ceil(seconds / 60)
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1)

const number = (value: number): string => value.toLocaleString('en')
