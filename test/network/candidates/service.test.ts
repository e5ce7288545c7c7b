import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { describe, it } from 'mocha'
import { CancelledError, ConceptLensError } from '../../../src/core/index.ts'
import { createCandidateService } from '../../../src/network/index.ts'
import { serveAnswers, type Answer } from '../../support/loopbackServer.ts'

const answering =
  (body: unknown, status = 200): Answer =>
  (response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }

const silent: Answer = () => undefined

/** What a service that answers so gives for two texts; the code of the error when it fails. */
async function answerOf(answer: Answer, options: { timeoutMs?: number; limit?: number } = {}) {
  const server = await serveAnswers(answer)
  const service = createCandidateService({
    url: `${server.url}/candidates`,
    timeoutMs: options.timeoutMs ?? 5000,
    allowedHosts: [],
  })
  try {
    return await service.find(['cold', 'asthma'], options.limit ?? 9)
  } catch (error) {
    assert.ok(error instanceof ConceptLensError, String(error))
    assert.ok(error.message.includes(service.url), error.message)
    return error.code
  } finally {
    await server.close()
  }
}

describe('createCandidateService', () => {
  it('asks about all texts in one request and reads the answer', async () => {
    let sent = ''
    const server = await serveAnswers((response, request) => {
      request.setEncoding('utf8').on('data', (chunk: string) => (sent += chunk))
      request.on('end', () =>
        answering({ candidates: [[{ id: 'T:1', name: 'cold', more: 1 }], []] })(response, request),
      )
    })
    const service = createCandidateService({ url: `${server.url}/c`, timeoutMs: 5000, allowedHosts: [] })
    try {
      assert.deepEqual(await service.find(['cold', 'asthma'], 3), [[{ id: 'T:1', name: 'cold' }], []])
      assert.deepEqual(JSON.parse(sent), { version: 1, texts: ['cold', 'asthma'], limit: 3 })
      assert.deepEqual(
        server.seen.map(({ method, path }) => [method, path]),
        [['POST', '/c']],
      )
    } finally {
      await server.close()
    }
  })

  it('takes no more than it asked for', async () => {
    const many = [{ id: 'A:1' }, { id: 'A:2' }, { id: 'A:3' }]
    assert.deepEqual(await answerOf(answering({ candidates: [many, []] }), { limit: 2 }), [
      many.slice(0, 2),
      [],
    ])
  })

  const failing: readonly (readonly [string, Answer, string])[] = [
    ['is slow', silent, 'candidates-timeout'],
    ['breaks off', (response) => response.destroy(), 'candidates-unreachable'],
    ['answers with an error', answering('no', 500), 'candidates-status'],
    [
      'sends elsewhere',
      (response) => response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end(),
      'candidates-status',
    ],
    ['answers with no JSON', answering('<html>'), 'candidates-answer'],
    ['answers with something else', answering({ candidates: [{ id: 'A:1' }] }), 'candidates-answer'],
    ['answers for fewer texts', answering({ candidates: [[]] }), 'candidates-answer'],
    ['answers without end', (response) => void response.end('x'.repeat(9 * 2 ** 20)), 'candidates-too-large'],
  ]
  for (const [words, answer, code] of failing)
    it(`says so when it ${words}`, async () => {
      assert.equal(await answerOf(answer, code === 'candidates-timeout' ? { timeoutMs: 300 } : {}), code)
    })

  it('says so when nobody is there', async () => {
    const server = await serveAnswers(silent)
    await server.close()
    const service = createCandidateService({ url: server.url, timeoutMs: 5000, allowedHosts: [] })
    await assert.rejects(service.find(['a'], 1), { code: 'candidates-unreachable' })
  })

  it('is cancelled', async () => {
    const server = await serveAnswers(silent)
    const token = { isCancellationRequested: false }
    const service = createCandidateService({ url: server.url, timeoutMs: 60_000, allowedHosts: [] })
    const asked = service.find(['a'], 1, token)
    token.isCancellationRequested = true
    await assert.rejects(asked, CancelledError)
    await assert.rejects(service.find(['a'], 1, token), CancelledError)
    await server.close()
  })

  it('asks no other machine without permission', () => {
    const open = (url: string, ...allowedHosts: string[]) =>
      createCandidateService({ url, timeoutMs: 1, allowedHosts })
    for (const url of ['http://127.0.0.1:1/', 'http://localhost/x', 'http://[::1]:9/'])
      assert.equal(open(url).url, url)
    for (const url of ['http://10.0.0.1/', 'https://terms.example.org/', 'http://127.0.0.1.example.org/'])
      assert.throws(() => open(url), { code: 'candidates-host-not-allowed' })
    assert.equal(open('https://Terms.example.org/', ' terms.EXAMPLE.org').url, 'https://Terms.example.org/')
    assert.throws(() => open('ftp://127.0.0.1/'), { code: 'candidates-address' })
  })
})
