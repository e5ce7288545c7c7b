import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ConceptLensError } from '../core/index.ts'

/** What stays free beside a download: a full disk harms more than this program. */
const RESERVE_BYTES = 100e6

interface Need {
  readonly target: string
  /** What is still to come; 0 when it is not known. */
  readonly neededBytes: number
  readonly totalBytes: number
  readonly maxBytes: number
}

/** Refuses before the first byte what is larger than such a file may be or the disk can take. */
export async function checkSpace(
  { target, neededBytes, totalBytes, maxBytes }: Need,
  freeBytes: (folder: string) => Promise<number> = freeBytesOf,
): Promise<void> {
  if (totalBytes > maxBytes)
    throw new ConceptLensError(
      'download-too-large',
      `The server announces ${megabytes(totalBytes)} MB; such a file has at most ${megabytes(maxBytes)} MB. Is it the right file? Get it with a browser and import it.`,
    )
  const free = await freeBytes(dirname(target))
  if (free - RESERVE_BYTES < neededBytes)
    throw new ConceptLensError(
      'download-no-space',
      `The download needs ${megabytes(neededBytes)} MB in ${dirname(target)}, where ${megabytes(free)} MB are free (${megabytes(RESERVE_BYTES)} MB of them stay so). Free some space and try again; what has come is kept.`,
    )
}

async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** Refuses a web page in place of data: an error page, or the page by which a network asks people to sign in. */
export function checkStart(chunk: Uint8Array, contentType: string | undefined): void {
  const text = new TextDecoder().decode(chunk.subarray(0, 512)).replace(/^\ufeff/, '')
  if (!/^\s*(?:<!doctype html|<html)/i.test(text) && !/^text\/html\b/i.test(contentType ?? '')) return
  throw new ConceptLensError(
    'download-web-page',
    'The server sent a web page in place of the file. Does this network ask you to sign in first? Open the address in a browser, then try again.',
  )
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0)
