import * as v from 'valibot'
import { CancelledError, ConceptLensError, type CancellationToken } from '../../core/index.ts'
import { signalOf } from '../cancelling.ts'
import { createHttp, type HttpOptions } from '../http.ts'
import { isLoopbackHost } from '../loopback.ts'

/** What {@link createCandidateService} needs. */
export interface CandidateServiceOptions {
  readonly url: string
  /** For a whole answer. */
  readonly timeoutMs: number
  /** Other machines that the person allowed texts of manuscripts to be sent to. */
  readonly allowedHosts: readonly string[]
  /** The way to another machine; this one is reached without a proxy. */
  readonly network?: HttpOptions
}

/** A concept that a service names for a text. */
export interface NamedConcept {
  readonly id: string
  readonly name?: string | undefined
}

/**
 * A service that names concepts, by a protocol of one request (`media/manual/pipeline.md`): it gets
 * `{"version": 1, "texts": […], "limit": 64}` and answers `{"candidates": [[{"id": "MESH:D003924", "name": "type 2 diabetes"}, …], …]}`,
 * a list for each text in their order, best first.
 */
export interface CandidateService {
  readonly url: string
  /** A cancelled call rejects with `CancelledError`, any other failure is a `ConceptLensError`. */
  find(
    texts: readonly string[],
    limit: number,
    token?: CancellationToken,
  ): Promise<readonly (readonly NamedConcept[])[]>
}

const MAX_ANSWER_BYTES = 8 * 2 ** 20

const answerSchema = v.object({
  candidates: v.array(
    v.array(v.object({ id: v.pipe(v.string(), v.nonEmpty()), name: v.optional(v.string()) })),
  ),
})

/** @throws ConceptLensError `candidates-host-not-allowed` for another machine that nobody allowed */
export function createCandidateService(options: CandidateServiceOptions): CandidateService {
  const { url, timeoutMs, network } = options
  const http = createHttp({ ...(checkedAddress(options) ? { noProxy: '*' } : network), stallMs: timeoutMs })

  async function exchange(body: string, token: CancellationToken | undefined): Promise<string> {
    if (token?.isCancellationRequested) throw new CancelledError()
    const cancelling = signalOf(token)
    const limit = AbortSignal.timeout(timeoutMs)
    const signal = AbortSignal.any([cancelling.signal, limit])
    try {
      const headers = { 'content-type': 'application/json' }
      const answer = await http.post({ url, headers, body, signal })
      if (answer.status !== 200) {
        answer.drop()
        throw failure(url, 'status', `it answers with status ${answer.status} instead of 200`)
      }
      return await textOf(answer.body, url)
    } catch (error) {
      if (token?.isCancellationRequested) throw new CancelledError()
      if (limit.aborted) throw failure(url, 'timeout', `no answer within ${timeoutMs} ms`)
      if (error instanceof ConceptLensError) throw error
      throw failure(url, 'unreachable', `it cannot be reached (${wordsOf(error)})`)
    } finally {
      cancelling.stop()
    }
  }

  return {
    url,
    async find(texts, limit, token) {
      const text = await exchange(JSON.stringify({ version: 1, texts, limit }), token)
      const { candidates } = read(text, url)
      if (candidates.length !== texts.length)
        throw failure(
          url,
          'answer',
          `it answers with ${candidates.length} lists of candidates for ${texts.length} texts`,
        )
      return candidates.map((list) => list.slice(0, limit))
    },
  }
}

/** Whether the address is one of this machine. */
function checkedAddress({ url, allowedHosts }: CandidateServiceOptions): boolean {
  const { hostname, protocol } = new URL(url)
  if (protocol !== 'http:' && protocol !== 'https:')
    throw new ConceptLensError(
      'candidates-address',
      `${url} is no address of a service: it must begin with http or https.`,
    )
  const isLoopback = isLoopbackHost(hostname)
  if (isLoopback || allowedHosts.some((host) => host.trim().toLowerCase() === hostname)) return isLoopback
  throw new ConceptLensError(
    'candidates-host-not-allowed',
    `${url} is another machine, and words of your manuscripts would be sent to it. If you want this, add ${hostname} to conceptLens.candidates.allowedHosts in your user settings (--candidate-host on the command line).`,
  )
}

async function textOf(body: AsyncIterable<Uint8Array>, url: string): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > MAX_ANSWER_BYTES)
      throw failure(url, 'too-large', `its answer has more than ${MAX_ANSWER_BYTES / 2 ** 20} MiB`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function read(text: string, url: string): v.InferOutput<typeof answerSchema> {
  try {
    return v.parse(answerSchema, JSON.parse(text))
  } catch (error) {
    throw failure(url, 'answer', `its answer is not as the protocol has it (${wordsOf(error)})`)
  }
}

const failure = (url: string, code: string, words: string): ConceptLensError =>
  new ConceptLensError(
    `candidates-${code}`,
    `${words}. See whether the service at ${url} runs and is the right one.`,
  )

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
