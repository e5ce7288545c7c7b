import { existsSync, statSync } from 'node:fs'
import { open, readFile, rename, rm, writeFile, type FileHandle } from 'node:fs/promises'
import { publishedDigest, type Digest } from './digest.ts'
import type { HttpAnswer } from './http.ts'

/** What is known of the file that a server sends, so that the rest of this very file can be asked for later. */
export interface Version {
  /** A strong validator for `If-Range`: a strong ETag, else a date; absent when the server gives neither. */
  readonly validator?: string
  /** Bytes of the whole file; absent when the server does not say. */
  readonly totalBytes?: number
  readonly digest?: Digest
}

/** A download that is not whole yet: the bytes so far in `….part`, what they are of in `….part.json`. */
export interface PartFile {
  readonly path: string
  readonly bytes: number
  readonly version: Version
}

/** What an earlier try left of a download; nothing that could not be continued. */
export async function readPart(target: string): Promise<PartFile | undefined> {
  const path = partPath(target)
  if (!existsSync(path)) return undefined
  const version = await readVersion(`${path}.json`)
  const { size: bytes } = statSync(path)
  return version.validator !== undefined && bytes > 0 ? { path, bytes, version } : undefined
}

/** Opens the part to write on at `from`: where it ends, or 0 for a new beginning. Notes first what the bytes are of. */
export async function openPart(target: string, from: number, version: Version): Promise<FileHandle> {
  const path = partPath(target)
  if (from === 0) {
    // Old bytes must never stand under a new note.
    await rm(path, { force: true })
    await writeFile(`${path}.json`, JSON.stringify(version))
  }
  return open(path, from === 0 ? 'w' : 'a')
}

/** Gives a whole download its name, and keeps the note of what it is. */
export async function finishPart(target: string): Promise<void> {
  await rename(partPath(target), target)
  await rename(`${partPath(target)}.json`, `${target}.json`)
}

/** By what a server can tell whether a file that is here is still the newest: headers of a conditional request. */
export async function conditionsFor(target: string): Promise<Readonly<Record<string, string>>> {
  const { validator } = existsSync(target) ? await readVersion(`${target}.json`) : {}
  if (validator === undefined) return {}
  return validator.startsWith('"') ? { 'if-none-match': validator } : { 'if-modified-since': validator }
}

async function readVersion(path: string): Promise<Version> {
  try {
    const { validator, totalBytes, digest } = JSON.parse(await readFile(path, 'utf8')) as Version
    return {
      ...(typeof validator === 'string' ? { validator } : {}),
      ...(typeof totalBytes === 'number' ? { totalBytes } : {}),
      ...(digest ? { digest } : {}),
    }
  } catch {
    return {} // Lost or damaged: as good as never noted.
  }
}

/** Removes what there is of a download that cannot be continued. */
export async function dropPart(target: string): Promise<void> {
  await rm(partPath(target), { force: true })
  await rm(`${partPath(target)}.json`, { force: true })
}

export function partPath(target: string): string {
  return `${target}.part`
}

/** What an answer says of the file it is from; `isWhole`: not a part of it. */
export function versionOf({ headers }: HttpAnswer, isWhole: boolean): Version {
  const etag = headers['etag']
  const validator = etag && !etag.startsWith('W/') ? etag : headers['last-modified']
  const totalBytes = isWhole ? lengthOf(headers['content-length']) : rangeOf(headers['content-range'])?.total
  const digest = publishedDigest(headers, isWhole)
  return {
    ...(validator ? { validator } : {}),
    ...(totalBytes === undefined ? {} : { totalBytes }),
    ...(digest ? { digest } : {}),
  }
}

function lengthOf(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,15}$/.test(header) ? Number(header) : undefined
}

/** `bytes 100-199/200` or `bytes * /200`: where a part begins, and how long the whole is. */
export function rangeOf(header: string | undefined): { start?: number; total?: number } | undefined {
  const found = /^bytes (?:(\d{1,15})-\d{1,15}|\*)\/(?:(\d{1,15})|\*)$/.exec(header ?? '')
  if (!found) return undefined
  const [, start, total] = found
  return {
    ...(start === undefined ? {} : { start: Number(start) }),
    ...(total === undefined ? {} : { total: Number(total) }),
  }
}
