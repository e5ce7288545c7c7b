import * as nodeTls from 'node:tls'
import { EnvHttpProxyAgent, request } from 'undici'
import { ConceptLensError } from '../core/index.ts'
import { eagerBody } from './eagerBody.ts'

const MAX_REDIRECTS = 10
const REDIRECTS = new Set([301, 302, 303, 307, 308])

/** How to reach other machines. What is absent comes from the environment: `HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`. */
export interface HttpOptions {
  readonly proxy?: string
  /** Hosts reached without the proxy, separated by commas. */
  readonly noProxy?: string
  /** False: certificates are not checked, as `http.proxyStrictSSL` of VS Code may say. */
  readonly strictSsl?: boolean
  /** No answer, or nothing more of it, for this long is a stall. */
  readonly stallMs?: number
}

export interface HttpRequest {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/** A request with something to tell. */
export interface HttpPost extends HttpRequest {
  readonly body: string
}

/** An answer; of a GET never a redirect. Its body must be read or dropped. */
export interface HttpAnswer {
  readonly status: number
  /** Where the answer came from in the end. */
  readonly url: string
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Throws when the connection breaks or stalls. */
  readonly body: AsyncIterable<Uint8Array>
  /** Lets go of a body that nobody reads. */
  drop(): void
}

/** Gets things from other machines. All that leaves this one goes through here. */
export interface Http {
  /**
   * Follows redirects: at most ten, never in a circle, and from https to https alone; an address that says http is tried
   * with https then. Throws `ConceptLensError` for a redirect that cannot be followed, and what the connection throws.
   */
  get(request: HttpRequest): Promise<HttpAnswer>
  /** Sends a text. Follows no redirect, which is an answer here: what is sent is meant for this address alone. */
  post(request: HttpPost): Promise<HttpAnswer>
  close(): Promise<void>
}

/** Makes an {@link Http}. */
export function createHttp(options: HttpOptions = {}): Http {
  const { proxy, noProxy, strictSsl = true, stallMs = 30_000 } = options
  const tls = { rejectUnauthorized: strictSsl, ...trustedCertificates() }
  const dispatcher = new EnvHttpProxyAgent({
    ...(proxy ? { httpProxy: proxy, httpsProxy: proxy } : {}),
    ...(noProxy === undefined ? {} : { noProxy }),
    connect: { ...tls, timeout: stallMs },
    requestTls: tls,
    proxyTls: tls,
    headersTimeout: stallMs,
    bodyTimeout: stallMs,
  })

  async function once({ url, headers, signal, body }: HttpRequest & Partial<HttpPost>): Promise<HttpAnswer> {
    const answer = await request(url, {
      dispatcher,
      ...(body === undefined ? {} : { method: 'POST', body }),
      headers: { 'user-agent': 'ConceptLens', ...headers },
      ...(signal ? { signal } : {}),
    })
    return {
      status: answer.statusCode,
      url,
      headers: Object.fromEntries(
        Object.entries(answer.headers).map(([name, value]) => [
          name,
          Array.isArray(value) ? value[0] : value,
        ]),
      ),
      body: eagerBody(answer.body),
      // An unread body would hold its connection.
      drop: () => void answer.body.on('error', () => {}).destroy(),
    }
  }

  return {
    async get(asked) {
      const seen = [asked.url]
      for (;;) {
        const answer = await once({ ...asked, url: seen.at(-1)! })
        const location = REDIRECTS.has(answer.status) ? answer.headers['location'] : undefined
        if (location === undefined) return answer
        answer.drop()
        seen.push(nextAddress(seen, location))
      }
    },
    post: once,
    close: () => dispatcher.destroy(),
  }
}

/** Where a redirect leads. Throws when it may not be followed. */
function nextAddress(seen: readonly string[], location: string): string {
  const from = seen.at(-1)!
  if (!URL.canParse(location, from)) throw redirectError(seen, `it leads to ${location}, which is no address`)
  const next = new URL(location, from)
  if (next.protocol === 'http:' && from.startsWith('https:')) next.protocol = 'https:'
  if (next.protocol !== 'http:' && next.protocol !== 'https:')
    throw redirectError(seen, `it leads to ${next.href}; only http and https are followed`)
  if (seen.includes(next.href)) throw redirectError(seen, `it leads back to ${next.href}`)
  if (seen.length > MAX_REDIRECTS) throw redirectError(seen, `there are more than ${MAX_REDIRECTS} in a row`)
  return next.href
}

function redirectError(seen: readonly string[], reason: string): ConceptLensError {
  return new ConceptLensError(
    'http-redirect',
    `A redirect of ${seen[0] ?? ''} cannot be followed: ${reason}. Try again later; if it stays so, get the file with a browser and import it.`,
  )
}

/** What Node trusts, and where it can tell (from 22.15 on) what the machine trusts: companies put their proxies' there. */
function trustedCertificates(): { readonly ca?: string[] } {
  const { getCACertificates } = nodeTls as { getCACertificates?: (type: 'default' | 'system') => string[] }
  if (!getCACertificates) return {}
  return { ca: [...new Set([...getCACertificates('default'), ...getCACertificates('system')])] }
}
