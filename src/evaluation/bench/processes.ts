import { readFileSync, writeFileSync } from 'node:fs'

/** Resident memory of this process and all it started, now. */
export function residentMiB(pid = process.pid): number {
  const known = treeStatus(pid, 'VmRSS')
  return known ?? process.memoryUsage.rss() / 2 ** 20
}

/** The most memory that this process and those it started have had resident, each at its own peak. */
export function peakMiB(pid = process.pid): number {
  return treeStatus(pid, 'VmHWM') ?? process.resourceUsage().maxRSS / 1024
}

/** Starts the peak of a process anew, where the system can (Linux); elsewhere it stays that of its whole life. */
export function forgetPeak(pid = process.pid): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5')
  } catch {
    // The figure is then that of the hungriest variant so far.
  }
}

/** What a call started, with the number of the child process that came to be with it; `undefined` where there is no `/proc`. */
export async function startedBy<T>(start: () => Promise<T>): Promise<[T, number | undefined]> {
  const before = new Set(childrenOf(process.pid))
  const started = await start()
  return [started, childrenOf(process.pid).find((pid) => !before.has(pid))]
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(/\s+/)
      .filter(Boolean)
      .map(Number)
  } catch {
    return []
  }
}

/** Adds up a field of `/proc` over a process and its descendants; `undefined` where there is no `/proc`. */
function treeStatus(pid: number, field: 'VmRSS' | 'VmHWM'): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const kib = Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0)
    return childrenOf(pid).reduce((sum, child) => sum + (treeStatus(child, field) ?? 0), kib / 1024)
  } catch {
    return undefined
  }
}
