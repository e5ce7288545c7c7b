import { basename } from 'node:path'
import type { Readable } from 'node:stream'

/** A file of a release, wherever it is packed. */
export interface Member {
  /** Its name without folder, `.RRF` and `.gz`. */
  readonly name: string
  /** Where it is, for messages. */
  readonly path: string
  /** As many bytes as `open` will count. */
  readonly bytes: number
  /** Its unpacked bytes; `onBytes` counts the packed ones. */
  open(onBytes: (n: number) => void): Promise<Readable>
}

/** `META/MRCONSO.RRF.gz` → `MRCONSO`. */
export function plainName(path: string): string {
  return basename(path)
    .replace(/\.gz$/i, '')
    .replace(/\.RRF$/i, '')
    .toUpperCase()
}
