import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHttp, download, type DownloadOptions, type Http } from '../../src/network/index.ts'
import { serveAnswers, type Answer, type LoopbackServer } from '../support/loopbackServer.ts'

const FILE = Buffer.from(Array.from({ length: 4000 }, (_, i) => `[Term]\nid: LAB:${i}\n`).join(''))
const OTHER = Buffer.from(FILE.toString().replaceAll('LAB', 'NEW'))
const ETAG = '"v1"'

/** Sends a file as a good server does: whole, or the rest when it is still this one. */
const good =
  (file: Buffer, etag = ETAG, more: Record<string, string> = {}): Answer =>
  (response, { headers }) => {
    const start = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1])
    const isRest = !Number.isNaN(start) && headers['if-range'] === etag
    const body = isRest ? file.subarray(start) : file
    response.writeHead(isRest ? 206 : 200, {
      etag,
      'content-length': body.length,
      ...(isRest ? { 'content-range': `bytes ${start}-${file.length - 1}/${file.length}` } : {}),
      ...more,
    })
    response.end(body)
  }

/** Sends so many bytes of a file and cuts the connection. */
const cut =
  (bytes: number, file = FILE, etag: string | undefined = ETAG): Answer =>
  (response) => {
    response.writeHead(200, { 'content-length': file.length, ...(etag ? { etag } : {}) })
    response.write(file.subarray(0, bytes), () => setTimeout(() => response.socket?.end(), 100))
  }

const stall =
  (bytes: number): Answer =>
  (response) => {
    response.writeHead(200, { 'content-length': FILE.length, etag: ETAG })
    response.write(FILE.subarray(0, bytes))
  }

const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(code, headers)
    response.end('no')
  }

describe('download', () => {
  let folder: string
  let target: string
  let server: LoopbackServer | undefined
  let http: Http
  const pauses: number[] = []

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'conceptlens-download-'))
    target = join(folder, 'downloads', 'lab.obo')
    http = createHttp({ stallMs: 400, noProxy: '127.0.0.1' })
    pauses.length = 0
  })

  afterEach(async () => {
    await http.close()
    await serverGone()
    rmSync(folder, { recursive: true, force: true })
  })

  async function serverGone(): Promise<void> {
    await server?.close()
    server = undefined
  }

  async function fetchFrom(answers: readonly Answer[], more: Partial<DownloadOptions> = {}): Promise<void> {
    server ??= await serveAnswers(...answers)
    await download({
      http,
      urls: [`${server.url}/lab.obo`],
      target,
      maxBytes: 1e6,
      pause: (ms) => Promise.resolve(pauses.push(ms)),
      ...more,
    })
  }

  const isWhole = (file = FILE): void => {
    assert.ok(readFileSync(target).equals(file))
    assert.deepEqual(readdirSync(join(folder, 'downloads')).sort(), ['lab.obo', 'lab.obo.json'])
  }

  it('fetches a file and tells of its progress in bytes', async () => {
    const heard: [number, number][] = []
    await fetchFrom([good(FILE)], { progress: { report: (...told) => heard.push(told) } })
    isWhole()
    assert.deepEqual(heard[0], [0, FILE.length])
    assert.deepEqual(heard.at(-1), [FILE.length, FILE.length])
  })

  it('goes on where the connection was cut', async () => {
    await fetchFrom([cut(10_000), good(FILE)])
    isWhole()
    assert.equal(server?.seen[1]?.headers.range, 'bytes=10000-')
    assert.equal(server?.seen[1]?.headers['if-range'], ETAG)
  })

  it('goes on by date where there is no strong ETag', async () => {
    const date = 'Sat, 01 Aug 2026 00:00:00 GMT'
    const first: Answer = (response) => {
      response.writeHead(200, { 'content-length': FILE.length, etag: 'W/"weak"', 'last-modified': date })
      response.write(FILE.subarray(0, 500), () => setTimeout(() => response.socket?.end(), 100))
    }
    await fetchFrom([first, good(FILE, date)])
    isWhole()
    assert.equal(server?.seen[1]?.headers['if-range'], date)
  })

  it('begins anew where the server gives nothing to tell versions apart', async () => {
    await fetchFrom([cut(10_000, FILE, ''), good(FILE)])
    isWhole()
    assert.equal(server?.seen[1]?.headers.range, undefined)
  })

  it('goes on after a stall', async () => {
    await fetchFrom([stall(7000), good(FILE)])
    isWhole()
    assert.equal(server?.seen[1]?.headers.range, 'bytes=7000-')
  })

  it('begins anew when the file was changed between two parts', async () => {
    await fetchFrom([cut(10_000), good(OTHER, '"v2"')])
    isWhole(OTHER)
  })

  it('never joins parts of two files, when the server ignores If-Range', async () => {
    const rest: Answer = (response) => {
      const total = OTHER.length + 5
      response.writeHead(206, { 'content-range': `bytes 10000-${total - 1}/${total}` })
      response.end(OTHER.subarray(10_000))
    }
    await fetchFrom([cut(10_000), rest, good(OTHER, '"v2"')])
    isWhole(OTHER)
  })

  it('does not believe a part that begins elsewhere', async () => {
    const wrong: Answer = (response) => {
      response.writeHead(206, { 'content-range': `bytes 0-${FILE.length - 1}/${FILE.length}` })
      response.end(FILE)
    }
    await fetchFrom([cut(10_000), wrong, good(FILE)])
    isWhole()
  })

  it('notices a length that is too long, and gives up in the end', async () => {
    const liar: Answer = (response, request) => {
      const { range } = request.headers
      const start = Number(/\d+/.exec(range ?? '0')?.[0])
      response.writeHead(range ? 206 : 200, {
        etag: ETAG,
        'content-length': FILE.length + 1000 - start,
        'content-range': `bytes ${start}-${FILE.length + 999}/${FILE.length + 1000}`,
      })
      response.write(FILE.subarray(start), () => setTimeout(() => response.socket?.end(), 100))
    }
    await assert.rejects(fetchFrom([liar]), /could not be downloaded/)
    assert.equal(existsSync(target), false)
    assert.deepEqual(pauses, [1000, 1000, 2000, 4000, 8000])
  })

  it('notices a file that is shorter than published, by its checksum, and tries once more', async () => {
    const sha256 = createHash('sha256').update(FILE).digest('base64')
    const headers = { 'repr-digest': `sha-256=:${sha256}:` }
    const short = good(FILE.subarray(0, 3000), ETAG, headers)
    await fetchFrom([short, good(FILE, ETAG, headers)])
    isWhole()
    await serverGone()
    rmSync(target)
    await assert.rejects(fetchFrom([short]), /its sha256 is not the one that the publisher gives/)
    assert.deepEqual(readdirSync(join(folder, 'downloads')), ['lab.obo.json'])
  })

  it('checks the MD5 that storage servers give beside a file', async () => {
    const md5 = createHash('md5').update(FILE).digest('base64')
    await fetchFrom([cut(900), good(FILE, ETAG, { 'content-md5': md5 })])
    isWhole()
    await serverGone()
    await assert.rejects(
      fetchFrom([good(OTHER, '"v2"', { 'x-goog-hash': `crc32c=AAAA==,md5=${md5}` })]),
      /its md5/,
    )
    // What was there before is still there.
    assert.ok(readFileSync(target).equals(FILE))
  })

  it('goes on in the next session, also when all bytes had come', async () => {
    const token = { isCancellationRequested: false }
    const progress = { report: (done: number) => void (token.isCancellationRequested = done >= 5000) }
    await assert.rejects(fetchFrom([stall(5000), good(FILE)], { token, progress }), {
      name: 'CancelledError',
    })
    assert.deepEqual(readdirSync(join(folder, 'downloads')).sort(), ['lab.obo.part', 'lab.obo.part.json'])
    await fetchFrom([])
    isWhole()
    assert.equal(server?.seen[1]?.headers.range, 'bytes=5000-')

    rmSync(target)
    writeFileSync(`${target}.part`, FILE)
    writeFileSync(`${target}.part.json`, JSON.stringify({ validator: ETAG, totalBytes: FILE.length }))
    await serverGone()
    await fetchFrom([status(416, { 'content-range': `bytes */${FILE.length}` })])
    isWhole()
  })

  it('can be cancelled while nothing comes', async () => {
    const token = { isCancellationRequested: false }
    setTimeout(() => (token.isCancellationRequested = true), 50)
    await assert.rejects(fetchFrom([() => undefined], { token }), { name: 'CancelledError' })
  })

  it('leaves alone what is still the newest', async () => {
    await fetchFrom([good(FILE), status(304)])
    await fetchFrom([])
    isWhole()
    assert.equal(server?.seen[1]?.headers['if-none-match'], ETAG)
  })

  it('follows redirects, and asks for the rest through them', async () => {
    const redirect = status(302, { location: '/elsewhere' })
    await fetchFrom([redirect, cut(800), redirect, good(FILE)])
    isWhole()
    assert.deepEqual(
      server?.seen.map(({ path }) => path),
      ['/lab.obo', '/elsewhere', '/lab.obo', '/elsewhere'],
    )
    assert.equal(server?.seen[3]?.headers.range, 'bytes=800-')
  })

  it('does not go round in circles', async () => {
    await assert.rejects(fetchFrom([status(301, { location: '/lab.obo' })]), /it leads back to/)
    assert.equal(server?.seen.length, 1)
  })

  it('does not follow redirects for ever, or to other protocols', async () => {
    let n = 0
    const next: Answer = (response) => {
      response.writeHead(307, { location: `/${n++}` })
      response.end()
    }
    await assert.rejects(fetchFrom([next]), /more than 10 in a row/)
    assert.equal(server?.seen.length, 11)
    await serverGone()
    await assert.rejects(
      fetchFrom([status(302, { location: 'file:///etc/passwd' })]),
      /only http and https are followed/,
    )
  })

  for (const [what, type, page] of [
    ['by its type', 'text/html; charset=utf-8', 'Sign in'],
    ['by its content', 'application/octet-stream', '\n<!DOCTYPE html><title>Sign in</title>'],
  ] as const) {
    it(`refuses a web page, told ${what}`, async () => {
      const portal: Answer = (response) => {
        response.writeHead(200, { 'content-type': type })
        response.end(page)
      }
      await assert.rejects(fetchFrom([portal]), /a web page in place of the file/)
      assert.equal(existsSync(target), false)
      assert.equal(server?.seen.length, 1)
    })
  }

  it('tries again when the server is busy, after the time it asks for', async () => {
    await fetchFrom([status(503), status(429, { 'retry-after': '7' }), good(FILE)])
    isWhole()
    assert.deepEqual(pauses, [1000, 7000])
  })

  it('goes to the next address when the server knows nothing of the file, and to no other', async () => {
    server = await serveAnswers(status(404), good(FILE))
    const urls = [`${server.url}/desc2027.gz`, `${server.url}/desc2026.gz`]
    await fetchFrom([], { urls })
    isWhole()
    assert.deepEqual(pauses, [])
    await serverGone()
    await assert.rejects(fetchFrom([status(403)]), /status 403/)
  })

  it('says so when the disk is too small, before the first byte', async () => {
    const freeBytes = (): Promise<number> => Promise.resolve(100e6 + FILE.length - 1)
    await assert.rejects(fetchFrom([good(FILE)], { freeBytes }), /Free some space/)
    assert.deepEqual(readdirSync(join(folder, 'downloads')), [])
  })

  it('takes no more than such a file may have, announced or not', async () => {
    await assert.rejects(fetchFrom([good(FILE)], { maxBytes: 1000 }), /announces/)
    const endless: Answer = (response) => {
      response.writeHead(200, { etag: ETAG })
      const more = (): void => {
        if (!response.destroyed) response.write(FILE, () => setImmediate(more))
      }
      more()
    }
    await serverGone()
    await assert.rejects(fetchFrom([endless], { maxBytes: 1e6 }), /more than the 1 MB/)
    assert.equal(existsSync(target), false)
  })

  it('says what to do when nobody answers', async () => {
    server = await serveAnswers(good(FILE))
    await server.close()
    await assert.rejects(
      fetchFrom([]),
      /could not be downloaded: .*ECONNREFUSED.* Check the network and the proxy/,
    )
    server = undefined
  })
})
