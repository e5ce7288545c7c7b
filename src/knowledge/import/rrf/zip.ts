import { open } from 'node:fs/promises'
import { pipeline, Transform, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { openPromise } from 'yauzl'
import { ConceptLensError } from '../../../core/index.ts'
import { plainName, type Member } from './member.ts'

/** Whether a file begins as zip files do. */
export async function isZip(path: string): Promise<boolean> {
  const file = await open(path, 'r')
  try {
    const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0)
    return buffer.toString('latin1') === 'PK\u0003\u0004'
  } finally {
    await file.close()
  }
}

/** The `.RRF` and `.RRF.gz` files inside a zip file, in whatever folder. Throws when the zip file is not whole. */
export async function zipMembers(path: string): Promise<Member[]> {
  try {
    const zip = await openPromise(path)
    const members: Member[] = []
    for await (const { fileName, uncompressedSize } of zip.eachEntry()) {
      if (!/\.RRF(?:\.gz)?$/i.test(fileName)) continue
      members.push({
        name: plainName(fileName),
        path: `${path}/${fileName}`,
        bytes: uncompressedSize,
        open: (onBytes) => openMember(path, fileName, onBytes),
      })
    }
    return members
  } catch (cause) {
    throw new ConceptLensError(
      'kb-bad-zip',
      `${path} cannot be read as a zip file: ${cause instanceof Error ? cause.message : String(cause)}. Is the download whole?`,
      { cause },
    )
  }
}

async function openMember(path: string, fileName: string, onBytes: (n: number) => void): Promise<Readable> {
  const zip = await openPromise(path, { autoClose: false })
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName !== fileName) continue
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
    const stream = await zip.openReadStreamPromise(entry)
    const close = (): void => zip.close()
    // An error anywhere in the chain reaches whoever reads its last stream.
    if (!/\.gz$/i.test(fileName)) return pipeline(stream, counted, close)
    return pipeline(stream, counted, createGunzip(), close)
  }
  zip.close()
  throw new ConceptLensError('kb-bad-zip', `${path} no longer has ${fileName}. Did the file change?`)
}
