import { readFileSync } from 'node:fs'
import { createServer as createHttpServer, type RequestListener, type Server as HttpServer } from 'node:http'
import { createServer, type Server } from 'node:https'
import { connect, type AddressInfo } from 'node:net'
import { join } from 'node:path'

/** Self-signed for localhost: `openssl req -x509 -newkey ec -nodes -subj /CN=localhost`. Secret to nobody, trusted by nobody. */
const CERTIFICATE = join(import.meta.dirname, '..', 'fixtures', 'loopback-certificate')

/** A server over TLS on loopback, and a proxy through which every host of the world is this server. */
export interface SecureLoopback {
  readonly port: number
  readonly proxy: string
  /** `host:port` of every tunnel that the proxy made. */
  readonly tunnels: readonly string[]
  close(): void
}

export async function secureLoopback(listener: RequestListener): Promise<SecureLoopback> {
  const [key, cert] = ['key.pem', 'certificate.pem'].map((name) => readFileSync(join(CERTIFICATE, name)))
  const secure = createServer({ key, cert }, listener)
  const port = await listen(secure)
  const tunnels: string[] = []
  const proxy = createHttpServer()
  proxy.on('connect', (request, client) => {
    tunnels.push(request.url ?? '')
    const upstream = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      upstream.pipe(client)
      client.pipe(upstream)
    })
    client.on('error', () => upstream.destroy())
    upstream.on('error', () => client.destroy())
  })
  const proxyPort = await listen(proxy)
  return {
    ...{ port, tunnels, proxy: `http://127.0.0.1:${proxyPort}` },
    close() {
      for (const server of [secure, proxy]) {
        server.closeAllConnections()
        server.close()
      }
    },
  }
}

function listen(server: Server | HttpServer): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}
