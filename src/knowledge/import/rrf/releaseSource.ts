import type { ReadableSource } from '../sourceKind.ts'
import { openRelease, type OpenRelease } from './openRelease.ts'
import { READ_FILES, readRelease } from './readRelease.ts'
import { findRelease } from './release.ts'
import type { ReleaseSelection } from './selection.ts'

/** What a release is and how it is told, for the message that lists what is allowed. */
export const RELEASE_KIND =
  'a UMLS or RxNorm release (a folder or .zip with MRCONSO.RRF or RXNCONSO.RRF, plain or gzip)'

/** A release in the Rich Release Format as a source; `undefined` when the path is none. */
export async function releaseSource(
  path: string,
  selection?: ReleaseSelection,
): Promise<ReadableSource | undefined> {
  const found = await findRelease(path)
  if (!found) return undefined
  const release = await openRelease(path, found, selection)
  return {
    path,
    files: found.files,
    bytes: READ_FILES.reduce((sum, file) => sum + release.bytesOf(file), 0),
    read: (sink) => readRelease(release, sink),
  }
}

/** A release to look into before it is imported; `undefined` when the path is none. */
export async function releaseAt(
  path: string,
  selection?: ReleaseSelection,
): Promise<OpenRelease | undefined> {
  const found = await findRelease(path)
  return found && openRelease(path, found, selection)
}
