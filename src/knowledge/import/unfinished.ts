import { existsSync, readdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { howFar, readCheckpoint } from './checkpoint.ts'
import { leftovers } from './writeInPlace.ts'

/** An import whose process was killed. The same import, begun again, goes on from where it was. */
export interface UnfinishedImport {
  /** The directory of the knowledge base that it would have made. */
  readonly out: string
  /** For people: `2 of 3 sources were read`. */
  readonly howFar: string
}

/** The unfinished imports of knowledge bases in a folder; those whose process still runs are none. */
export async function unfinishedImports(folder: string): Promise<readonly UnfinishedImport[]> {
  const found: UnfinishedImport[] = []
  for (const out of begun(folder)) {
    const [checkpoint] = (await leftovers(out, 'building')).map((left) => readCheckpoint(left) ?? 'none')
    if (checkpoint === undefined) continue
    found.push({ out, howFar: checkpoint === 'none' ? 'no source was read to its end' : howFar(checkpoint) })
  }
  return found
}

/** Removes what an unfinished import left; one whose process still runs is left alone. */
export async function discardUnfinished(out: string): Promise<void> {
  for (const left of await leftovers(out, 'building')) await rm(left, { recursive: true, force: true })
}

function begun(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder).flatMap((name) => /^\.(.+)\.building-[^.]+$/.exec(name)?.[1] ?? [])
  return [...new Set(names)].sort().map((name) => join(folder, name))
}
