import { readFileSync } from 'node:fs'

/** Resident memory of this process and all it started, now. */
export function residentMiB(pid = process.pid): number {
  const known = treeStatus(pid, 'VmRSS')
  return known ?? process.memoryUsage.rss() / 2 ** 20
}

/** The most memory that this process and those it started have had resident, each at its own peak. */
export function peakMiB(pid = process.pid): number {
  return treeStatus(pid, 'VmHWM') ?? process.resourceUsage().maxRSS / 1024
}

/** Adds up a field of `/proc` over a process and its descendants; `undefined` where there is no `/proc`. */
function treeStatus(pid: number, field: 'VmRSS' | 'VmHWM'): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const kib = Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0)
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(/\s+/)
      .filter(Boolean)
    return children.reduce((sum, child) => sum + (treeStatus(Number(child), field) ?? 0), kib / 1024)
  } catch {
    return undefined
  }
}
