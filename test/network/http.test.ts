import assert from 'node:assert/strict'
import { createHttp, type HttpAnswer, type HttpOptions } from '../../src/network/index.ts'
import { secureLoopback, type SecureLoopback } from '../support/secureLoopback.ts'

async function textOf({ body }: HttpAnswer): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

describe('http', () => {
  let server: SecureLoopback

  before(async () => {
    server = await secureLoopback((request, response) => {
      const isOld = request.url === '/old'
      const location = `http://127.0.0.1:${server.port}/new`
      response.writeHead(isOld ? 302 : 200, isOld ? { location } : {})
      response.end(`${request.url ?? ''} over TLS`)
    })
  })

  after(() => server.close())

  async function get(path: string, options: HttpOptions): Promise<{ text: string; url: string }> {
    const http = createHttp({ noProxy: '127.0.0.1', stallMs: 2000, ...options })
    try {
      const answer = await http.get({ url: `https://127.0.0.1:${server.port}${path}` })
      return { text: await textOf(answer), url: answer.url }
    } finally {
      await http.close()
    }
  }

  it('does not talk to a server whose certificate nobody trusts, unless it is told to', async () => {
    await assert.rejects(get('/a', {}), /self-signed certificate/)
    assert.equal((await get('/a', { strictSsl: false })).text, '/a over TLS')
  })

  it('stays with https when a redirect says http', async () => {
    const { text, url } = await get('/old', { strictSsl: false })
    assert.equal(text, '/new over TLS')
    assert.equal(url, `https://127.0.0.1:${server.port}/new`)
  })

  it('goes through the proxy, but for the hosts that are excepted', async () => {
    const options = { strictSsl: false, proxy: server.proxy }
    await get('/a', options)
    assert.deepEqual(server.tunnels, [])
    assert.equal((await get('/b', { ...options, noProxy: 'example.org' })).text, '/b over TLS')
    assert.deepEqual(server.tunnels, [`127.0.0.1:${server.port}`])
  })
})
