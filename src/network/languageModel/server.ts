import * as v from 'valibot'
import { CancelledError, ConceptLensError, type CancellationToken } from '../../core/index.ts'
import { signalOf } from '../cancelling.ts'
import { createHttp, type HttpAnswer, type HttpOptions } from '../http.ts'
import type { ServerAddress } from './address.ts'
import { readCompletion, type Completion } from './completion.ts'
import { failuresOf } from './failures.ts'

/** What {@link createLanguageModelServer} needs. */
export interface LanguageModelServerOptions {
  /** Read with `readServerAddress`, which asks for consent. */
  readonly address: ServerAddress
  /** As the server names it; empty: the only one it has. */
  readonly model?: string
  /** Sent as a bearer token; for servers that ask for one. */
  readonly key?: string
  /** For a whole answer, in milliseconds. Default 60,000. */
  readonly timeoutMs?: number
  /** The way to another machine; this one is reached without a proxy. */
  readonly network?: HttpOptions
}

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string
}

/** What both ways of asking share. */
interface AskOptions {
  /** Tokens that may be written. */
  readonly maxTokens: number
  /** How many of the likeliest tokens are told at each place; servers allow about 20. Default 0: none. */
  readonly nAlternatives?: number
  /** Default 0: the likeliest token at each place. */
  readonly temperature?: number
  readonly stop?: readonly string[]
}

export interface ChatRequest extends AskOptions {
  readonly messages: readonly ChatMessage[]
  /** Asks the server to let the model write nothing but JSON of this schema; not every server can. */
  readonly jsonSchema?: Readonly<Record<string, unknown>>
  /** Tells the chat template to leave thinking out, where the model has such a template. */
  readonly thinking?: 'off'
}

export interface CompletionRequest extends AskOptions {
  readonly prompt: string
}

/**
 * A language model behind the interface that OpenAI published and Ollama, llama.cpp and vLLM serve. Calls may overlap; a
 * cancelled one rejects with `CancelledError` and closes its connection, at which these servers stop writing. Every other
 * failure is a `ConceptLensError` whose code begins with `lm-`.
 */
export interface LanguageModelServer {
  readonly address: ServerAddress
  /** The model's name where one was given, else the server's host. */
  readonly name: string
  /** Names of the models that the server has. */
  models(token?: CancellationToken): Promise<readonly string[]>
  chat(request: ChatRequest, token?: CancellationToken): Promise<Completion>
  /** Goes on with a text as it stands, without a template: for models that were not taught to chat. */
  complete(request: CompletionRequest, token?: CancellationToken): Promise<Completion>
  close(): Promise<void>
}

const TIMEOUT_MS = 60_000
/** A thousand tokens with twenty alternatives each are about 2 MiB. */
const MAX_ANSWER_BYTES = 16 * 2 ** 20

const modelsSchema = v.object({ data: v.array(v.object({ id: v.string() })) })

export function createLanguageModelServer(options: LanguageModelServerOptions): LanguageModelServer {
  const { address, key, timeoutMs = TIMEOUT_MS, network } = options
  const failures = failuresOf(address.base)
  const http = createHttp({ ...(address.isLoopback ? { noProxy: '*' } : network), stallMs: timeoutMs })
  let model = options.model === '' ? undefined : options.model

  /** Sends a request and reads its answer; `body` makes it a POST. */
  async function exchange(
    path: string,
    body: object | undefined,
    token?: CancellationToken,
  ): Promise<Exchanged> {
    if (token?.isCancellationRequested) throw new CancelledError()
    const cancelling = signalOf(token)
    const limit = AbortSignal.timeout(timeoutMs)
    const headers = {
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...(key ? { authorization: `Bearer ${key}` } : {}),
    }
    const request = {
      url: `${address.base}${path}`,
      headers,
      signal: AbortSignal.any([cancelling.signal, limit]),
    }
    let answer: HttpAnswer | undefined
    try {
      answer = await (body ? http.post({ ...request, body: JSON.stringify(body) }) : http.get(request))
      return { status: answer.status, text: await textOf(answer) }
    } catch (error) {
      if (token?.isCancellationRequested) throw new CancelledError()
      if (limit.aborted) throw failures.timedOut(timeoutMs)
      if (error instanceof ConceptLensError) throw error
      throw answer ? failures.cut(error) : failures.unreachable(error)
    } finally {
      cancelling.stop()
      answer?.drop()
    }
  }

  async function textOf({ body }: HttpAnswer): Promise<string> {
    const chunks: Uint8Array[] = []
    let bytes = 0
    for await (const chunk of body) {
      bytes += chunk.length
      if (bytes > MAX_ANSWER_BYTES) throw failures.tooLarge(MAX_ANSWER_BYTES)
      chunks.push(chunk)
    }
    return Buffer.concat(chunks).toString('utf8')
  }

  async function models(token?: CancellationToken): Promise<readonly string[]> {
    const { status, text } = await exchange('/models', undefined, token)
    if (status !== 200) throw failures.refused(status, text, undefined)
    return read(text, (body) => v.parse(modelsSchema, body).data.map(({ id }) => id))
  }

  async function ask(path: string, body: object, token?: CancellationToken): Promise<Completion> {
    model ??= onlyOne(await models(token))
    const { status, text } = await exchange(path, { model, ...body, stream: false }, token)
    if (status === 200) return read(text, readCompletion)
    const isAboutNames = status === 400 || status === 404
    const known = isAboutNames ? await models(token).catch(passOnCancel) : undefined
    throw failures.refused(status, text, known)
  }

  function onlyOne(names: readonly string[]): string {
    const [first] = names
    if (first !== undefined && names.length === 1) return first
    throw new ConceptLensError(
      'lm-model',
      `The language model at ${address.base} has ${names.length === 0 ? 'no models' : `several models: ${names.join(', ')}`}. Name one of its models (conceptLens.languageModel.model, --lm-model).`,
    )
  }

  function read<T>(text: string, make: (body: unknown) => T): T {
    try {
      return make(JSON.parse(text))
    } catch (error) {
      throw failures.unreadable(error, text)
    }
  }

  return {
    address,
    name: model ?? address.host,
    models,
    chat({ messages, jsonSchema, thinking, ...asked }, token) {
      const nAlternatives = asked.nAlternatives ?? 0
      const body = {
        messages,
        ...commonOf(asked),
        ...(nAlternatives > 0 ? { logprobs: true, top_logprobs: nAlternatives } : {}),
        ...(thinking === 'off' ? { chat_template_kwargs: { enable_thinking: false } } : {}),
        ...(jsonSchema
          ? {
              response_format: {
                type: 'json_schema',
                json_schema: { name: 'answer', strict: true, schema: jsonSchema },
              },
            }
          : {}),
      }
      return ask('/chat/completions', body, token)
    },
    complete({ prompt, ...asked }, token) {
      const nAlternatives = asked.nAlternatives ?? 0
      const body = { prompt, ...commonOf(asked), ...(nAlternatives > 0 ? { logprobs: nAlternatives } : {}) }
      return ask('/completions', body, token)
    },
    close: () => http.close(),
  }
}

interface Exchanged {
  readonly status: number
  readonly text: string
}

function commonOf({ maxTokens, temperature = 0, stop }: AskOptions): object {
  return { max_tokens: maxTokens, temperature, ...(stop ? { stop } : {}) }
}

function passOnCancel(error: unknown): undefined {
  if (error instanceof CancelledError) throw error
}
