import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runTask } from '../../src/client/knowledgeBases/runTask.ts'
import type { ImportSummary, OpenOntologyItem, TaskProgress } from '../../src/protocol/index.ts'
import { secureLoopback, type SecureLoopback } from '../support/secureLoopback.ts'

const script = join(import.meta.dirname, '..', '..', 'dist', 'cli.cjs')

const terms = Array.from(
  { length: 2000 },
  (_, i) => `[Term]\nid: DOID:${i + 1}\nname: disease ${i + 1}\nis_a: DOID:4 ! disease\n\n`,
)
const DOID = Buffer.from(`format-version: 1.2\nontology: doid\n\n${terms.join('')}`)

/** `kb get` against a double of the publishers, which the command line reaches through a proxy. */
describe('kb get', () => {
  let folder: string
  let publishers: SecureLoopback
  const asked: string[] = []
  /** The first answer stops in the middle, and its connection stays. */
  let isStalling: boolean

  /** As the permanent address does: it points on, with http; the first answer is cut in the middle. */
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'conceptlens-get-'))
    asked.length = 0
    isStalling = false
    let isFirst = true
    publishers = await secureLoopback((request, response) => {
      const { host, range } = request.headers
      asked.push(`${host ?? ''}${request.url ?? ''} ${range ?? ''}`.trim())
      if (host === 'purl.obolibrary.org') {
        response.writeHead(302, { location: 'http://files.example/doid.obo' })
        response.end()
        return
      }
      const start = Number(/\d+/.exec(range ?? '0')?.[0])
      response.writeHead(range ? 206 : 200, {
        etag: '"v1"',
        'content-length': DOID.length - start,
        ...(range ? { 'content-range': `bytes ${start}-${DOID.length - 1}/${DOID.length}` } : {}),
      })
      if (!isFirst) response.end(DOID.subarray(start))
      else {
        response.write(DOID.subarray(0, 20_000))
        setTimeout(() => response.write(DOID.subarray(20_000, 40_000)), 500)
        if (!isStalling) setTimeout(() => response.socket?.end(), 1500)
      }
      isFirst = false
    })
  })

  afterEach(() => {
    publishers.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const get = (args: readonly string[], onProgress?: (progress: TaskProgress) => void) =>
    runTask({
      script,
      args: ['kb', 'get', ...args, '--downloads', join(folder, 'downloads'), '--no-strict-ssl'],
      environment: {
        HTTPS_PROXY: publishers.proxy,
        https_proxy: publishers.proxy,
        NO_PROXY: '',
        no_proxy: '',
      },
      ...(onProgress ? { onProgress } : {}),
    })

  it('downloads through the proxy, goes on after a cut, and imports', async () => {
    const out = join(folder, 'kb')
    const heard: TaskProgress[] = []
    const done = await get(['doid', '--out', out, '--accept-licences'], (progress) => heard.push(progress))
    const { name, nConcepts, sources } = done?.result as ImportSummary
    assert.deepEqual([name, nConcepts], ['Human Disease Ontology (DO)', 2000])
    assert.deepEqual(sources, [join(folder, 'downloads', 'doid.obo')])
    assert.deepEqual(
      asked.map((request) => request.replace(/bytes=\d+-/, 'REST')),
      [
        'purl.obolibrary.org/obo/doid.obo',
        'files.example/doid.obo',
        'purl.obolibrary.org/obo/doid.obo REST',
        'files.example/doid.obo REST',
      ],
    )
    assert.deepEqual([...new Set(publishers.tunnels)], ['purl.obolibrary.org:443', 'files.example:443'])
    assert.ok(heard.some(({ label, unit }) => label === 'Human Disease Ontology (DO)' && unit === 'bytes'))
    assert.ok(heard.some(({ label, unit }) => label === 'imported' && unit === 'share'))

    const listed = (await get([]))?.result as readonly OpenOntologyItem[]
    assert.deepEqual(
      listed.filter(({ accepted }) => accepted).map(({ id }) => id),
      ['doid'],
    )
  })

  it('downloads nothing before the licence is accepted', async () => {
    await assert.rejects(get(['mondo']), /Nothing was downloaded.*--accept-licences/)
    assert.deepEqual(publishers.tunnels, [])
    assert.equal(existsSync(join(folder, 'downloads')), false)
  })

  it('keeps what has come when it is cancelled, for the next time', async () => {
    isStalling = true
    const controller = new AbortController()
    const stopped = await runTask({
      script,
      args: [
        'kb',
        'get',
        'doid',
        '--accept-licences',
        '--no-strict-ssl',
        '--downloads',
        join(folder, 'downloads'),
      ],
      environment: {
        HTTPS_PROXY: publishers.proxy,
        https_proxy: publishers.proxy,
        NO_PROXY: '',
        no_proxy: '',
      },
      signal: controller.signal,
      onProgress: ({ done }) => done > 0 && controller.abort(),
    })
    assert.equal(stopped, undefined)
    assert.ok(readdirSync(join(folder, 'downloads')).includes('doid.obo.part'))
    const done = await get(['doid'])
    assert.deepEqual(done?.result, [join(folder, 'downloads', 'doid.obo')])
    assert.match(asked.at(-1) ?? '', /bytes=40000-$/)
  })
})

describe('kb show --umls-definitions', () => {
  let folder: string
  let umls: SecureLoopback
  const asked: string[] = []

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'conceptlens-show-'))
    writeFileSync(join(folder, 'lab.csv'), 'id,name\nUMLS:C0155502,benign paroxysmal positional vertigo\n')
    await runTask({ script, args: ['kb', 'import', join(folder, 'lab.csv'), '--out', join(folder, 'kb')] })
    umls = await secureLoopback((request, response) => {
      asked.push(`${request.headers.host ?? ''}${request.url ?? ''}`)
      response.end(
        JSON.stringify({ result: [{ rootSource: 'MSH', value: 'Idiopathic recurrent VERTIGO.' }] }),
      )
    })
  })

  after(() => {
    umls.close()
    rmSync(folder, { recursive: true, force: true })
  })

  function show(key: string | undefined): Promise<string> {
    const args = ['kb', 'show', join(folder, 'kb'), 'UMLS:C0155502', '--umls-definitions']
    const env = {
      ...process.env,
      ...{ HTTPS_PROXY: umls.proxy, https_proxy: umls.proxy, NO_PROXY: '', no_proxy: '' },
      ...{ CONCEPTLENS_UTS_KEY: key ?? '', XDG_CACHE_HOME: folder, LOCALAPPDATA: folder, HOME: folder },
    }
    return new Promise((resolve) => {
      execFile(process.execPath, [script, ...args], { env }, (_error, stdout, stderr) =>
        resolve(stdout + stderr),
      )
    })
  }

  it('asks with the key of the environment, and with nothing without one', async () => {
    assert.match(await show(undefined), /need your own key.*CONCEPTLENS_UTS_KEY/)
    assert.deepEqual(asked, [])
    // The certificate of the double is not that of the service: whoever is in between learns nothing.
    assert.match(await show('secret'), /the service does not answer/)
    assert.deepEqual(asked, [])
  })
})
