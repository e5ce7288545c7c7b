import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createHttp,
  createUmlsDefinitions,
  type DefinitionsOptions,
  type Http,
  type UmlsDefinitions,
} from '../../../src/network/index.ts'
import { serveAnswers, type Answer, type LoopbackServer } from '../../support/loopbackServer.ts'

const json =
  (status: number, body: unknown): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  }

/** The shape published at documentation.uts.nlm.nih.gov/rest/definitions. */
const VERTIGO = json(200, {
  pageSize: 25,
  pageNumber: 1,
  pageCount: 1,
  result: [
    {
      classType: 'Definition',
      sourceOriginated: true,
      rootSource: 'MSH',
      value: 'Idiopathic recurrent VERTIGO associated with POSITIONAL NYSTAGMUS.',
    },
    {
      classType: 'Definition',
      sourceOriginated: true,
      rootSource: 'MEDLINEPLUS',
      value: '<p>Dizzy\n spells, p < 0.05 and r > 0.5.</p>',
    },
  ],
})
const UNAUTHORIZED = json(401, { name: 'UnauthorizedError', message: 'Unauthorized', status: 401 })
const NOT_FOUND = json(404, { name: 'NotFoundError', message: 'No results', status: 404 })

describe('definitions from the UMLS', () => {
  let folder: string
  let server: LoopbackServer
  let http: Http
  let now = 0
  const troubles: string[] = []
  const pauses: number[] = []

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'conceptlens-umls-'))
    http = createHttp({ noProxy: '127.0.0.1' })
    now = 1e12
    troubles.length = 0
    pauses.length = 0
  })

  afterEach(async () => {
    await http.close()
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function open(
    answers: readonly Answer[],
    more: Partial<DefinitionsOptions> = {},
  ): Promise<UmlsDefinitions> {
    server = await serveAnswers(...answers)
    return again(more)
  }

  const again = (more: Partial<DefinitionsOptions> = {}): UmlsDefinitions =>
    createUmlsDefinitions({
      ...{ http, key: 'my key', cacheFolder: folder, service: `${server.url}/rest` },
      onTrouble: (message) => troubles.push(message),
      nowMs: () => now,
      pause: (ms) => Promise.resolve(pauses.push(ms)),
      ...more,
    })

  it('are asked for by CUI and key alone, read as plain text, and kept for the next session', async () => {
    const umls = await open([VERTIGO])
    const expected = [
      { text: 'Idiopathic recurrent VERTIGO associated with POSITIONAL NYSTAGMUS.', source: 'MSH' },
      { text: 'Dizzy spells, p < 0.05 and r > 0.5.', source: 'MEDLINEPLUS' },
    ]
    assert.deepEqual(await umls.of('C0155502'), expected)
    assert.deepEqual(await umls.of('C0155502'), expected)
    assert.deepEqual(await again().of('C0155502'), expected)
    assert.deepEqual(
      server.seen.map(({ method, path }) => `${method} ${path}`),
      ['GET /rest/content/current/CUI/C0155502/definitions?apiKey=my%20key'],
    )
    const { host, connection, ...headers } = server.seen[0]?.headers ?? {}
    assert.deepEqual(
      [typeof host, typeof connection, headers],
      ['string', 'string', { 'user-agent': 'ConceptLens' }],
    )
    now += 91 * 24 * 3600 * 1000
    await again().of('C0155502')
    assert.equal(server.seen.length, 2)
  })

  it('that do not exist are not asked for twice', async () => {
    const umls = await open([NOT_FOUND])
    assert.deepEqual(await umls.of('C0000001'), [])
    assert.deepEqual(await again().of('C0000001'), [])
    assert.equal(server.seen.length, 1)
    assert.deepEqual(troubles, [])
  })

  it('are not asked for ids that are no CUI', async () => {
    const umls = await open([VERTIGO])
    for (const id of ['MESH:D001249', 'C1', '../../etc', 'C0155502?x'])
      assert.equal(await umls.of(id), undefined)
    assert.equal(server.seen.length, 0)
  })

  it('stop after a wrong key, with one message that does not show it', async () => {
    const umls = await open([UNAUTHORIZED])
    assert.equal(await umls.of('C0155502'), undefined)
    now += 1e6
    assert.equal(await umls.of('C0004096'), undefined)
    assert.equal(server.seen.length, 1)
    assert.equal(troubles.length, 1)
    assert.match(troubles[0] ?? '', /does not accept your key/)
    assert.doesNotMatch(troubles[0] ?? '', /my key/)
  })

  for (const [what, answer] of [
    ['too many requests', json(429, {})],
    ['a server in trouble', json(503, {})],
    ['a web page', ((response) => response.end('<html>Sign in</html>')) as Answer],
    ['no answer in time', (() => undefined) as Answer],
    ['a cut', ((response) => response.destroy()) as Answer],
  ] as const) {
    it(`rest for a minute after ${what}, with one message`, async () => {
      const umls = await open([answer, answer, VERTIGO], { timeoutMs: 100 })
      assert.equal(await umls.of('C0155502'), undefined)
      assert.equal(await umls.of('C0004096'), undefined)
      assert.equal(server.seen.length, 1)
      now += 61_000
      assert.equal(await umls.of('C0155502'), undefined)
      now += 61_000
      assert.equal((await umls.of('C0155502'))?.length, 2)
      assert.equal(troubles.length, 1)
      assert.doesNotMatch(troubles[0] ?? '', /my key|apiKey/)
    })
  }

  it('are asked for at most four times a second, once each, and not for what was left long ago', async () => {
    const umls = await open([VERTIGO])
    const cuis = Array.from({ length: 10 }, (_, i) => `C000000${i}`)
    const answers = await Promise.all([...cuis, 'C0000009'].map((cui) => umls.of(cui)))
    const answered = answers.flatMap((answer, i) => (answer ? i : []))
    assert.ok(answered.length <= 6 && answered.includes(9) && answered.includes(10), answered.join())
    assert.equal(server.seen.length, answered.length - 1)
    assert.ok(pauses.every((ms) => ms === 250))
    assert.equal(pauses.length, server.seen.length - 1)
  })
})
