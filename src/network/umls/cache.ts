import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import type { Definition } from '../../core/index.ts'

/** A release of the UMLS comes out every six months. */
const KEPT_MS = 90 * 24 * 3600 * 1000

const entrySchema = v.object({
  fetchedAtMs: v.number(),
  definitions: v.array(v.object({ text: v.string(), source: v.string() })),
})

/** Definitions on disk, one small file for each CUI. */
export interface DefinitionCache {
  /** What was fetched in the last 90 days; `undefined` when nothing was, or it cannot be read. */
  read(cui: string): Promise<readonly Definition[] | undefined>
  /** Keeps an answer when the disk lets it. */
  write(cui: string, definitions: readonly Definition[]): Promise<void>
}

export function createDefinitionCache(folder: string, nowMs: () => number): DefinitionCache {
  /** At most a thousand files a folder would hold for all of the UMLS: by the middle of the CUI. */
  const folderOf = (cui: string): string => join(folder, cui.slice(0, 5))

  return {
    async read(cui) {
      try {
        const text = await readFile(join(folderOf(cui), `${cui}.json`), 'utf8')
        const { fetchedAtMs, definitions } = v.parse(entrySchema, JSON.parse(text))
        return nowMs() - fetchedAtMs < KEPT_MS ? definitions : undefined
      } catch {
        return undefined
      }
    },
    async write(cui, definitions) {
      const path = join(folderOf(cui), `${cui}.json`)
      try {
        await mkdir(folderOf(cui), { recursive: true })
        await writeFile(`${path}.part`, JSON.stringify({ fetchedAtMs: nowMs(), definitions }))
        await rename(`${path}.part`, path)
      } catch {
        // A full disk costs a request next time, no more.
      }
    },
  }
}
