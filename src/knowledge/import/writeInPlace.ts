import { randomUUID } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { mkdir, readdir, rename, rm, utimes } from 'node:fs/promises'
import { uptime } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { ConceptLensError } from '../../core/index.ts'

/** Clocks and time stamps of file systems agree only so far. */
const SLACK_MS = 5000

/**
 * Makes a directory so that it appears whole or not at all: `write` gets a hidden one beside it, which then takes its
 * place. What an import that was killed left beside `out` is given to `write` when `isWanted` says so, and else removed;
 * what `write` itself leaves when it fails is removed. Throws `ConceptLensError` when the disk refuses.
 */
export async function writeInPlace<T>(
  out: string,
  write: (dir: string) => T | Promise<T>,
  isWanted: (leftover: string) => boolean = () => false,
): Promise<T> {
  const mark = `${process.pid}-${randomUUID().slice(0, 8)}`
  const building = join(dirname(out), `.${basename(out)}.building-${mark}`)
  const old = join(dirname(out), `.${basename(out)}.old-${mark}`)
  try {
    await mkdir(dirname(out), { recursive: true })
    await restore(out)
    await takeOver(out, building, isWanted)
    const result = await write(building)
    const replaces = existsSync(out)
    if (replaces) await rename(out, old)
    try {
      await rename(building, out)
    } catch (error) {
      if (replaces) await rename(old, out)
      throw error
    }
    if (replaces) await rm(old, { recursive: true, force: true })
    // Not before: a process killed between the two renames left the only store there was under this name.
    for (const leftover of await leftovers(out, 'old')) await rm(leftover, { recursive: true, force: true })
    return result
  } catch (error) {
    throw asWriteError(out, error)
  } finally {
    await rm(building, { recursive: true, force: true })
  }
}

/** Puts back what a process moved away that was killed before the new one took its place. */
async function restore(out: string): Promise<void> {
  const [old] = existsSync(out) ? [] : await leftovers(out, 'old')
  if (old !== undefined) await rename(old, out)
}

/** Makes the first leftover that is wanted ours, and removes the others. */
async function takeOver(
  out: string,
  building: string,
  isWanted: (leftover: string) => boolean,
): Promise<void> {
  for (const leftover of await leftovers(out, 'building')) {
    const isTaken = !existsSync(building) && isWanted(leftover) && (await isRenamed(leftover, building))
    if (!isTaken) await rm(leftover, { recursive: true, force: true })
  }
}

/** Of two processes that want the same directory, one gets it. */
async function isRenamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to)
    // From now on it is as old as this process's work; see `isLeft`.
    await utimes(to, new Date(), new Date())
    return true
  } catch {
    return false
  }
}

/** The directories that killed processes made for `out`; those of a process that still runs are not among them. */
export async function leftovers(out: string, stage: 'building' | 'old'): Promise<string[]> {
  const prefix = `.${basename(out)}.${stage}-`
  const entries = await readdir(dirname(out), { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory() && entry.name.startsWith(prefix))
    .map(({ name }) => ({ path: join(dirname(out), name), mark: name.slice(prefix.length) }))
    .filter(({ path, mark }) => isLeft(path, mark))
    .map(({ path }) => path)
}

/** Whether the process that made a directory is gone, also when another one got its number since. */
function isLeft(path: string, mark: string): boolean {
  const pid = Number(/^(\d{1,10})-[0-9a-f]{8}$/.exec(mark)?.[1])
  if (Number.isNaN(pid)) return false
  const bootMs = Date.now() - uptime() * 1000
  const sinceMs = pid === process.pid ? Math.max(bootMs, performance.timeOrigin) : bootMs
  const changedMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs
  return (changedMs !== undefined && changedMs < sinceMs - SLACK_MS) || !isRunning(pid)
}

/** Whether a process has this id, ours or another user's. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH')
  }
}

/** What the system says about a disk or a permission, as a message with a next step; anything else as it is. */
function asWriteError(out: string, error: unknown): unknown {
  if (!(error instanceof Error && 'syscall' in error)) return error
  return new ConceptLensError(
    'kb-cannot-write',
    `The knowledge base ${out} cannot be written: ${error.message}. What was there before is untouched. Is the disk full, or the store open elsewhere?`,
    { cause: error },
  )
}
