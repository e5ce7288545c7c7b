import type { Readable } from 'node:stream'

/** What may wait here to be taken, before the connection is asked to pause. */
const WAITING_BYTES = 1 << 20

/**
 * Takes a body as it comes, so that what arrived before a cut is not lost with it: a stream that breaks drops what nobody
 * has read yet. Gives all chunks, and only then the error.
 */
export function eagerBody(body: Readable): AsyncIterable<Uint8Array> {
  const chunks: Uint8Array[] = []
  let waitingBytes = 0
  let end: { readonly error?: Error } | undefined
  let wake = (): void => {}

  body.on('data', (chunk: Uint8Array) => {
    chunks.push(chunk)
    waitingBytes += chunk.length
    if (waitingBytes > WAITING_BYTES) body.pause()
    wake()
  })
  const finish = (error?: Error): void => {
    end ??= error ? { error } : {}
    wake()
  }
  body.once('end', finish)
  body.once('error', finish)
  body.once('close', () => finish(new Error('the connection was closed')))

  return {
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const chunk = chunks.shift()
        if (chunk) {
          waitingBytes -= chunk.length
          if (waitingBytes <= WAITING_BYTES) body.resume()
          yield chunk
        } else if (end?.error) throw end.error
        else if (end) return
        else await new Promise<void>((resolve) => (wake = resolve))
      }
    },
  }
}
