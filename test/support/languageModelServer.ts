import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request to the model as a test wants to see it. */
export interface SeenByModel {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  /** The parsed body; `undefined` without one. */
  readonly body: SeenBody | undefined
  /** Whether the connection was closed before an answer was through. */
  wasLeft: boolean
}

/** What the interface takes, as far as tests look at it. */
export interface SeenBody {
  readonly model?: string
  readonly messages?: readonly { readonly role: string; readonly content: string }[]
  readonly prompt?: string
  readonly max_tokens?: number
  readonly temperature?: number
  readonly logprobs?: boolean | number
  readonly top_logprobs?: number
  readonly response_format?: unknown
  readonly chat_template_kwargs?: unknown
  readonly stream?: boolean
}

/** What the double does with a question. */
export type Behaviour = (response: ServerResponse, seen: SeenByModel) => void

/** A double of Ollama, llama.cpp and vLLM on loopback: it speaks their common interface, well or badly. */
export interface LanguageModelDouble {
  /** With its path: `http://127.0.0.1:40000/v1`. */
  readonly url: string
  /** Questions to the model, without the ones about its models. */
  readonly seen: readonly SeenByModel[]
  close(): Promise<void>
}

/** Starts a double that has `models` and answers questions by `behaviours` in turn; the last one again and again. */
export async function serveLanguageModel(
  behaviours: readonly Behaviour[],
  models: readonly string[] = ['tiny'],
): Promise<LanguageModelDouble> {
  const seen: SeenByModel[] = []
  const server = createServer((request, response) => {
    if (request.url === '/v1/models') return json(200, { data: models.map((id) => ({ id })) })(response)
    void textOf(request).then((text) => {
      const one: SeenByModel = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: text === '' ? undefined : (JSON.parse(text) as SeenBody),
        wasLeft: false,
      }
      const behave = behaviours[Math.min(seen.length, behaviours.length - 1)]
      seen.push(one)
      response.on('close', () => (one.wasLeft = !response.writableFinished))
      behave?.(response, one)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

/** Tokens and their probabilities, 0 … 1. */
export type Chances = Readonly<Record<string, number>>

/** Answers as the protocol wants it: the likeliest token, with all of them as alternatives when they are asked for. */
export function answers(chances: Chances): Behaviour {
  return (response, { path, body }) => {
    const top = Object.entries(chances)
      .map(([token, chance]) => ({ token, logprob: Math.log(chance) }))
      .sort((a, b) => b.logprob - a.logprob)
    const [best = { token: '', logprob: 0 }] = top
    const wanted = path.endsWith('/chat/completions')
      ? (body?.top_logprobs ?? 0)
      : Number(body?.logprobs ?? 0)
    const kept = top.slice(0, wanted)
    const choice = path.endsWith('/chat/completions')
      ? {
          message: { role: 'assistant', content: best.token },
          logprobs: wanted > 0 ? { content: [{ ...best, top_logprobs: kept }] } : null,
        }
      : {
          text: best.token,
          logprobs:
            wanted > 0
              ? {
                  tokens: [best.token],
                  token_logprobs: [best.logprob],
                  top_logprobs: [Object.fromEntries(kept.map(({ token, logprob }) => [token, logprob]))],
                }
              : null,
        }
    json(200, {
      choices: [{ index: 0, finish_reason: 'length', ...choice }],
      usage: {
        ...{ prompt_tokens: 100, completion_tokens: 1, total_tokens: 101 },
        prompt_tokens_details: { cached_tokens: 40 },
      },
    })(response)
  }
}

/** Answers with a text, and no probabilities whatever is asked for: an older Ollama. */
export function says(text: string): Behaviour {
  return json(200, {
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: text }, text }],
    usage: { prompt_tokens: 100, completion_tokens: 5 },
  })
}

/** An answer of its own. */
export function json(status: number, body: unknown): (response: ServerResponse) => void {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  }
}

/** Text that is no JSON. */
export function raw(text: string): Behaviour {
  return (response) => response.end(text)
}

/** Does not answer at all. */
export const silent: Behaviour = () => undefined

/** Breaks the connection in the middle of its answer. */
export const cut: Behaviour = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
  response.write('{"choices": [{"message": {"con', () => response.destroy())
}

/** Never stops. */
export const endless: Behaviour = (response) => {
  const piece = Buffer.alloc(1 << 16, ' ')
  const more = (): void => {
    while (!response.destroyed && response.write(piece));
  }
  response.on('drain', more)
  more()
}

function textOf(request: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => resolve(Buffer.concat(chunks).toString()))
  })
}
