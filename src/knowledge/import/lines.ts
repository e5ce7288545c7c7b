import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline, Transform, type Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { createGunzip } from 'node:zlib'
import { ConceptLensError } from '../../core/index.ts'

const HEAD_BYTES = 65_536

/** A file's bytes, unpacked when they are gzip (by its magic number, whatever its name). `onBytes` counts the packed bytes. */
export async function openSource(path: string, onBytes: (n: number) => void = () => {}): Promise<Readable> {
  const gzip = await isGzip(path)
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      try {
        onBytes(chunk.length)
        done(null, chunk)
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)))
      }
    },
  })
  const raw = createReadStream(path, { highWaterMark: 1 << 18 })
  // An error anywhere in the chain reaches whoever reads its last stream.
  if (!gzip) return pipeline(raw, counted, () => {})
  return pipeline(raw, counted, createGunzip(), () => {})
}

async function isGzip(path: string): Promise<boolean> {
  const head = await headOf(path, 2)
  return head[0] === 0x1f && head[1] === 0x8b
}

async function headOf(path: string, bytes: number): Promise<Uint8Array> {
  const file = await open(path, 'r')
  try {
    const buffer = new Uint8Array(bytes)
    const { bytesRead } = await file.read(buffer, 0, bytes, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

/** The first unpacked kilobytes of a file as text, to tell its kind. */
export async function beginningOf(path: string): Promise<string> {
  const head = await headOf(path, HEAD_BYTES)
  if (!(head[0] === 0x1f && head[1] === 0x8b)) return new TextDecoder().decode(head)
  const reader = await openSource(path)
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of reader as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes >= HEAD_BYTES) break
    }
    return new TextDecoder().decode(Buffer.concat(chunks))
  } catch (cause) {
    throw unreadable(path, cause)
  } finally {
    reader.destroy()
  }
}

/** The text of a file, piece by piece, without a byte order mark; no character is cut in two. */
export async function* textPieces(path: string, onBytes: (n: number) => void): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8')
  let isFirst = true
  try {
    for await (const chunk of await openSource(path, onBytes)) {
      const text = decoder.write(chunk as Buffer)
      if (text === '') continue
      yield isFirst && text.startsWith('\ufeff') ? text.slice(1) : text
      isFirst = false
    }
  } catch (cause) {
    throw unreadable(path, cause)
  }
  const rest = decoder.end()
  if (rest !== '') yield rest
}

/** The lines of a file, many at a time, without their line ends (LF or CRLF) and without a byte order mark. */
export async function* lineBatches(
  path: string,
  onBytes: (n: number) => void,
): AsyncGenerator<readonly string[]> {
  let rest = ''
  for await (const text of textPieces(path, onBytes)) {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    yield lines.map(withoutReturn)
  }
  if (rest !== '') yield [withoutReturn(rest)]
}

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line)

/** A whole file as text, unpacked. */
export async function textOf(path: string, onBytes: (n: number) => void): Promise<string> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of await openSource(path, onBytes)) chunks.push(chunk as Buffer)
    return Buffer.concat(chunks).toString('utf8')
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

function unreadable(path: string, cause: unknown): unknown {
  if (isOwnError(cause)) return cause
  return new ConceptLensError(
    'kb-unreadable-source',
    `${path} cannot be read to its end: ${messageOf(cause)}. Is the file whole?`,
    { cause },
  )
}

/** Whether an error already says what the user is to know: one of ours, or that the import was cancelled. */
export function isOwnError(cause: unknown): boolean {
  return cause instanceof Error && (cause instanceof ConceptLensError || cause.name === 'CancelledError')
}

/** What an error says. */
export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
