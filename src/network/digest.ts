import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'

/** A checksum that a publisher gave for a whole file. */
export interface Digest {
  readonly algorithm: 'sha512' | 'sha256' | 'md5'
  readonly base64: string
}

/**
 * The strongest checksum that an answer's headers give for the whole file: `Repr-Digest` (RFC 9530), the MD5 that Azure
 * (GitHub's releases) and Google's storage keep beside a file, and `Content-MD5` where the answer is the whole file.
 */
export function publishedDigest(
  headers: Readonly<Record<string, string | undefined>>,
  isWhole: boolean,
): Digest | undefined {
  const repr = headers['repr-digest'] ?? ''
  for (const [algorithm, name] of [
    ['sha512', 'sha-512'],
    ['sha256', 'sha-256'],
  ] as const) {
    const base64 = new RegExp(`(?:^|[,\\s])${name}=:([A-Za-z0-9+/=]+):`).exec(repr)?.[1]
    if (base64 !== undefined) return { algorithm, base64 }
  }
  const google = /(?:^|[,\s])md5=([A-Za-z0-9+/=]+)/.exec(headers['x-goog-hash'] ?? '')?.[1]
  const md5 = headers['x-ms-blob-content-md5'] ?? google ?? (isWhole ? headers['content-md5'] : undefined)
  return md5 === undefined ? undefined : { algorithm: 'md5', base64: md5.trim() }
}

/** The checksum of a file in base64, read in pieces. */
export async function digestOf(path: string, algorithm: Digest['algorithm']): Promise<string> {
  const hash = createHash(algorithm)
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer)
  return hash.digest('base64')
}
