import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ConceptLensError, throwIfCancelled, type CancellationToken, type Progress } from '../core/index.ts'
import { digestOf } from './digest.ts'
import { signalOf } from './cancelling.ts'
import { checkSpace, checkStart } from './checks.ts'
import { asFailure, isLasting, retryAfterMs, StatusError } from './failures.ts'
import type { Http, HttpAnswer } from './http.ts'
import {
  conditionsFor,
  dropPart,
  finishPart,
  openPart,
  partPath,
  rangeOf,
  readPart,
  versionOf,
  type Version,
} from './partFile.ts'

export interface DownloadOptions {
  readonly http: Http
  /** Addresses to try in this order: the next one when the server knows nothing of the file (404, 410). */
  readonly urls: readonly string[]
  /** Where the file goes. It appears there whole or not at all; what there is of it stands beside it until then. */
  readonly target: string
  /** No file of this kind is larger. */
  readonly maxBytes: number
  /** In bytes; a total of 0 is not known. */
  readonly progress?: Progress
  readonly token?: CancellationToken
  /** Waits before another try; tests do not. */
  readonly pause?: (ms: number) => Promise<unknown>
  /** Bytes free where the file goes; tests lie. */
  readonly freeBytes?: (folder: string) => Promise<number>
}

/** Tries in a row that brought nothing new before a download is given up, and tries in all. */
const MAX_FRUITLESS = 5
const MAX_TRIES = 100
const FIRST_PAUSE_MS = 1000

/** The file is whole, is not what was published: begin anew, once. */
class WrongContentError extends Error {}

/**
 * Downloads a file, continuing where an earlier try ended (`Range` with `If-Range`, RFC 9110) when the file is still the
 * same, and trying again after cuts and stalls. Checks length, published checksum, free space, and that it is no web
 * page. Throws `ConceptLensError` with what to do, or `CancelledError`; either way what has come stays for the next time.
 */
export async function download(options: DownloadOptions): Promise<void> {
  await mkdir(dirname(options.target), { recursive: true })
  let problem: unknown
  for (const url of options.urls) {
    try {
      return await downloadFrom(url, options)
    } catch (error) {
      if (!(error instanceof StatusError && error.isUnknownFile)) throw asFailure(url, error)
      problem = asFailure(url, error)
    }
  }
  throw problem
}

async function downloadFrom(url: string, options: DownloadOptions): Promise<void> {
  const pause = options.pause ?? delay
  let fruitless = 0
  let isSecondContent = false
  for (let tries = 1; ; tries += 1) {
    const before = (await readPart(options.target))?.bytes ?? 0
    try {
      return await attempt(url, options)
    } catch (error) {
      throwIfCancelled(options.token)
      const after = (await readPart(options.target))?.bytes ?? 0
      fruitless = after > before ? 0 : fruitless + 1
      if (error instanceof WrongContentError) {
        if (isSecondContent) throw error
        isSecondContent = true
      } else if (isLasting(error) || fruitless >= MAX_FRUITLESS || tries >= MAX_TRIES) throw error
      await pause(retryAfterMs(error) ?? FIRST_PAUSE_MS * 2 ** Math.max(0, fruitless - 1))
      throwIfCancelled(options.token)
    }
  }
}

/** One connection: the whole file or the rest of it. */
async function attempt(url: string, options: DownloadOptions): Promise<void> {
  const cancelling = signalOf(options.token)
  try {
    const part = await readPart(options.target)
    const headers = {
      'accept-encoding': 'identity',
      ...(part
        ? { range: `bytes=${part.bytes}-`, 'if-range': part.version.validator! }
        : await conditionsFor(options.target)),
    }
    const answer = await options.http.get({ url, headers, signal: cancelling.signal })
    if (answer.status === 304 && !part) {
      answer.drop()
      return // The one that is here is the newest.
    }
    if (answer.status === 416 && part) {
      answer.drop()
      return await afterUnsatisfiable(answer, part.version, options)
    }
    const continued = answer.status === 206 && part !== undefined
    if (answer.status !== 200 && !continued) {
      answer.drop()
      throw new StatusError(answer)
    }
    const version = continued ? part.version : versionOf(answer, true)
    if (continued && !isRestOf(answer, part.bytes, part.version)) {
      // Not what was asked for: the next try begins anew.
      answer.drop()
      await dropPart(options.target)
      throw new ConceptLensError(
        'download-broken-range',
        'The server sent another part than the one asked for.',
      )
    }
    try {
      await receive(answer, { from: continued ? part.bytes : 0, version }, options)
    } catch (error) {
      // Nothing to go on from: whoever tries again begins anew.
      if (error instanceof ConceptLensError && error.code === 'download-too-large')
        await dropPart(options.target)
      throw error
    }
    await finish(version, options)
  } finally {
    cancelling.stop()
  }
}

/** 416: there is nothing after what we have. The file is whole, or was replaced by a shorter one. */
async function afterUnsatisfiable(
  answer: HttpAnswer,
  version: Version,
  options: DownloadOptions,
): Promise<void> {
  const total = rangeOf(answer.headers['content-range'])?.total
  const part = await readPart(options.target)
  if (part && total === part.bytes && (version.totalBytes ?? total) === total) return finish(version, options)
  await dropPart(options.target)
  throw new ConceptLensError('download-replaced', 'The file was replaced on the server by another one.')
}

function isRestOf(answer: HttpAnswer, from: number, version: Version): boolean {
  const range = rangeOf(answer.headers['content-range'])
  const sameTotal =
    range?.total === undefined || version.totalBytes === undefined || range.total === version.totalBytes
  return range?.start === from && sameTotal
}

interface Beginning {
  readonly from: number
  readonly version: Version
}

async function receive(
  answer: HttpAnswer,
  { from, version }: Beginning,
  options: DownloadOptions,
): Promise<void> {
  const { target, progress, token, maxBytes } = options
  const total = version.totalBytes ?? 0
  try {
    await checkSpace(
      { target, neededBytes: Math.max(0, total - from), maxBytes, totalBytes: total },
      options.freeBytes,
    )
  } catch (error) {
    answer.drop()
    throw error
  }
  const file = await openPart(target, from, version)
  let received = from
  try {
    progress?.report(received, total)
    for await (const chunk of answer.body) {
      throwIfCancelled(token)
      if (received === 0) checkStart(chunk, answer.headers['content-type'])
      await file.writeFile(chunk)
      received += chunk.length
      if (received > maxBytes) throw tooLarge(maxBytes)
      progress?.report(received, total)
    }
    await file.sync()
  } finally {
    await file.close()
    answer.drop()
  }
  if (version.totalBytes !== undefined && received !== version.totalBytes)
    throw new ConceptLensError('download-cut', `The connection ended after ${received} of ${total} bytes.`)
  if (received === 0) throw new ConceptLensError('download-cut', 'The server sent an empty file.')
}

async function finish({ digest }: Version, { target }: DownloadOptions): Promise<void> {
  if (digest && (await digestOf(partPath(target), digest.algorithm)) !== digest.base64) {
    await dropPart(target)
    throw new WrongContentError(`its ${digest.algorithm} is not the one that the publisher gives`)
  }
  await finishPart(target)
}

function tooLarge(maxBytes: number): ConceptLensError {
  return new ConceptLensError(
    'download-too-large',
    `The server sends more than the ${Math.round(maxBytes / 1e6)} MB that such a file may have. Is it the right file? Get it with a browser and import it.`,
  )
}
