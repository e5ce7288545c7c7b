import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { ConceptLensError } from '../../core/index.ts'
import { residentMiB } from './processes.ts'
import type { BenchParts, BenchResult } from './types.ts'

const TIMEOUT_MS = 60_000
const REPETITIONS = 3

/** Starts the language server as an editor does, until knowledge base and model are open; the best of three starts. */
export async function benchStartup({
  program,
  args,
}: NonNullable<BenchParts['server']>): Promise<BenchResult[]> {
  const starts: Started[] = []
  for (let i = 0; i < REPETITIONS; i++) starts.push(await startOnce(program, args))
  const result = { bench: 'startup' as const, variant: starts[0]?.state ?? '', shape: 'one short document' }
  return [
    { ...result, metric: 'readyMs', value: Math.min(...starts.map(({ readyMs }) => readyMs)), unit: 'ms' },
    {
      ...result,
      metric: 'residentMiB',
      value: Math.max(...starts.map((start) => start.residentMiB)),
      unit: 'MiB',
    },
  ]
}

interface Started {
  readonly readyMs: number
  readonly residentMiB: number
  /** What the server says it is: `ready`, or `limited` when something is missing. */
  readonly state: string
}

async function startOnce(program: string, args: readonly string[]): Promise<Started> {
  const startMs = performance.now()
  const server = spawn(program, args, { stdio: 'pipe' })
  const timeout = setTimeout(() => server.kill(), TIMEOUT_MS)
  server.stderr.resume()
  try {
    for await (const message of messagesOf(server)) {
      if (message.method === undefined && message.id === INITIALIZE) open(server)
      else if (message.method === 'conceptLens/status') {
        const state = message.params?.server ?? 'starting'
        if (state === 'starting') continue
        return { readyMs: performance.now() - startMs, residentMiB: residentMiB(server.pid), state }
      } else if (message.method !== undefined && message.id !== undefined) {
        // Every setting at its default.
        send(server, { id: message.id, result: (message.params?.items ?? []).map(() => null) })
      }
    }
    throw new ConceptLensError(
      'bench-server-ended',
      `${program} ${args.join(' ')} ended before it was ready. Build it with: npm run build`,
    )
  } finally {
    clearTimeout(timeout)
    server.kill()
  }
}

const INITIALIZE = 1

function open(server: ChildProcessWithoutNullStreams): void {
  send(server, { method: 'initialized', params: {} })
  const textDocument = {
    uri: 'untitled:bench.md',
    languageId: 'markdown',
    version: 1,
    text: 'Asthma is treated with salbutamol.\n',
  }
  send(server, { method: 'textDocument/didOpen', params: { textDocument } })
}

interface Message {
  readonly id?: number | string
  readonly method?: string
  readonly params?: { readonly server?: string; readonly items?: readonly unknown[] }
}

function send(server: ChildProcessWithoutNullStreams, message: object): void {
  const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }))
  server.stdin.write(Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]))
}

/** Starts the conversation and gives what the server says, message by message. */
async function* messagesOf(server: ChildProcessWithoutNullStreams): AsyncGenerator<Message> {
  server.stdin.on('error', () => undefined)
  const capabilities = { workspace: { configuration: true }, textDocument: { synchronization: {} } }
  send(server, {
    id: INITIALIZE,
    method: 'initialize',
    params: { processId: process.pid, rootUri: null, capabilities },
  })
  let received = Buffer.alloc(0)
  for await (const chunk of server.stdout) {
    received = Buffer.concat([received, chunk as Buffer])
    for (let next = nextMessage(received); next !== undefined; next = nextMessage(received)) {
      received = next.rest
      yield next.message
    }
  }
}

function nextMessage(received: Buffer): { message: Message; rest: Buffer<ArrayBuffer> } | undefined {
  const headEnd = received.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const length = Number(/content-length: *(\d+)/i.exec(received.toString('latin1', 0, headEnd))?.[1] ?? 0)
  const end = headEnd + 4 + length
  if (received.length < end) return undefined
  const message = JSON.parse(received.toString('utf8', headEnd + 4, end)) as Message
  return { message, rest: Buffer.from(received.subarray(end)) }
}
