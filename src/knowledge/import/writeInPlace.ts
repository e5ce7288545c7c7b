import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ConceptLensError } from '../../core/index.ts'

/**
 * Makes a directory so that it appears whole or not at all: `write` gets a hidden one beside it, which then takes its
 * place. What an import that was killed left beside `out` is removed. Throws `ConceptLensError` when the disk refuses.
 */
export async function writeInPlace<T>(out: string, write: (dir: string) => T | Promise<T>): Promise<T> {
  const mark = `${process.pid}-${randomUUID().slice(0, 8)}`
  const building = join(dirname(out), `.${basename(out)}.building-${mark}`)
  const old = join(dirname(out), `.${basename(out)}.old-${mark}`)
  try {
    await mkdir(dirname(out), { recursive: true })
    await removeLeftovers(out, 'building')
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
    await removeLeftovers(out, 'old')
    return result
  } catch (error) {
    throw asWriteError(out, error)
  } finally {
    await rm(building, { recursive: true, force: true })
  }
}

/** Removes the directories that killed processes made for `out`; those of a process that still runs stay. */
async function removeLeftovers(out: string, stage: 'building' | 'old'): Promise<void> {
  const prefix = `.${basename(out)}.${stage}-`
  for (const entry of await readdir(dirname(out), { withFileTypes: true })) {
    if (!entry.isDirectory() || !entry.name.startsWith(prefix)) continue
    const pid = /^(\d{1,10})-[0-9a-f]{8}$/.exec(entry.name.slice(prefix.length))?.[1]
    if (pid === undefined || isRunning(Number(pid))) continue
    await rm(join(dirname(out), entry.name), { recursive: true, force: true })
  }
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
