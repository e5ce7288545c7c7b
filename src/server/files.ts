import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FileAccess } from './ports.ts'

/** Larger files are not read: no manuscript and no list of decisions is that long. */
const MAX_SIZE_BYTES = 32 * 2 ** 20

/** Files of the machine that the server runs on; URIs of other schemes have none. */
export function createFileAccess(): FileAccess {
  return {
    read(uri) {
      const path = pathOf(uri)
      if (path === undefined) return undefined
      try {
        if (statSync(path).size > MAX_SIZE_BYTES) return undefined
        return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(path))
      } catch {
        return undefined
      }
    },
    stamp(uri) {
      const path = pathOf(uri)
      if (path === undefined) return undefined
      try {
        const { mtimeMs, size, ino } = statSync(path)
        return `${mtimeMs} ${size} ${ino}`
      } catch {
        return undefined
      }
    },
    canWrite: (uri) => pathOf(uri) !== undefined,
    write(uri, text) {
      const path = fileURLToPath(uri)
      mkdirSync(dirname(path), { recursive: true })
      const temporary = `${path}.${process.pid}.tmp`
      try {
        writeFileSync(temporary, text)
        renameSync(temporary, path)
      } catch (error) {
        rmSync(temporary, { force: true })
        throw error
      }
    },
  }
}

function pathOf(uri: string): string | undefined {
  if (!uri.startsWith('file:')) return undefined
  try {
    return fileURLToPath(uri)
  } catch {
    return undefined
  }
}
