import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as a test wants to see it. */
export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
}

export type Answer = (response: ServerResponse, request: IncomingMessage) => void

/** A server on loopback that does what a test says, and remembers what it was asked. */
export interface LoopbackServer {
  readonly url: string
  readonly seen: readonly SeenRequest[]
  close(): Promise<void>
}

/** Starts a server that gives `answers` in turn; the last one again and again. */
export async function serveAnswers(...answers: readonly Answer[]): Promise<LoopbackServer> {
  const seen: SeenRequest[] = []
  const server: Server = createServer((request, response) => {
    const answer = answers[Math.min(seen.length, answers.length - 1)]
    seen.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers })
    answer?.(response, request)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
