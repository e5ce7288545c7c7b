import { createConnection, ProposedFeatures } from 'vscode-languageserver/node'
import {
  createAssets,
  createExporter,
  createFileAccess,
  createPowerSource,
  createRemoteDefinitions,
  serve,
} from './index.ts'

// The way to the editor (--stdio, --node-ipc, --socket=PORT) is on the command line, as the protocol wants it.
const connection = createConnection(ProposedFeatures.all)

serve(connection, {
  assets: (messages) => createAssets(__dirname, messages),
  definitions: (messages) => createRemoteDefinitions(messages, process.env),
  files: createFileAccess(),
  timers: {
    after(delayMs, callback) {
      const timer = setTimeout(callback, delayMs)
      return () => clearTimeout(timer)
    },
  },
  power: createPowerSource(process.platform, () => performance.now()),
  exporter: createExporter(today),
  now: () => new Date().toISOString(),
})
// Whatever goes wrong, the server goes on with the next request.
for (const event of ['uncaughtException', 'unhandledRejection']) {
  process.on(event, (error: unknown) => {
    connection.console.error(
      `Unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    )
  })
}
connection.listen()

/** The day here, `2026-01-31`. */
function today(): string {
  const now = new Date()
  const twoDigits = (value: number): string => String(value).padStart(2, '0')
  return `${now.getFullYear()}-${twoDigits(now.getMonth() + 1)}-${twoDigits(now.getDate())}`
}
