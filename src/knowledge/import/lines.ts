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
  try {
    for await (const chunk of reader) return new TextDecoder().decode(chunk as Uint8Array)
    return ''
  } catch (cause) {
    throw unreadable(path, cause)
  } finally {
    reader.destroy()
  }
}

/** The lines of a file, many at a time, without their line ends (LF or CRLF) and without a byte order mark. */
export async function* lineBatches(
  path: string,
  onBytes: (n: number) => void,
): AsyncGenerator<readonly string[]> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  let isFirst = true
  try {
    for await (const chunk of await openSource(path, onBytes)) {
      let text = rest + decoder.write(chunk as Buffer)
      if (isFirst && text !== '') {
        if (text.startsWith('\ufeff')) text = text.slice(1)
        isFirst = false
      }
      const lines = text.split('\n')
      rest = lines.pop() ?? ''
      yield lines.map(withoutReturn)
    }
  } catch (cause) {
    throw unreadable(path, cause)
  }
  rest += decoder.end()
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
  const isOurs =
    cause instanceof Error && (cause instanceof ConceptLensError || cause.name === 'CancelledError')
  if (isOurs) return cause
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new ConceptLensError(
    'kb-unreadable-source',
    `${path} cannot be read to its end: ${reason}. Is the file whole?`,
    {
      cause,
    },
  )
}
