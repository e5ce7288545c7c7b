import {
  commands,
  EventEmitter,
  languages,
  window,
  type CancellationToken,
  type Disposable,
  type Event,
  type LogOutputChannel,
  type TextDocument,
} from 'vscode'
import type {
  ParamsOf,
  RequestMethod,
  ResultOf,
  StatusParams,
  ClientNotifications,
  GitAttributesParams,
} from '../protocol/index.ts'
import type { Connection } from './connection.ts'

/** The running extension as commands and views see it: one language server that can be restarted. */
export interface Host extends Disposable {
  readonly log: LogOutputChannel
  readonly onStatus: Event<StatusParams>
  /** A server has started, the first or another one; it knows nothing yet of what was told before. */
  readonly onStart: Event<void>
  readonly onGitAttributes: Event<GitAttributesParams>
  /** The latest state the server told; `undefined` before it did. */
  readonly status: StatusParams | undefined
  request<M extends RequestMethod>(
    method: M,
    params: ParamsOf<M>,
    token?: CancellationToken,
  ): Promise<ResultOf<M>>
  notify<M extends keyof ClientNotifications>(method: M, params: ClientNotifications[M]): void
  /** Whether documents like this are sent to the server. */
  handles(document: TextDocument): boolean
  start(): Promise<void>
  restart(): Promise<void>
}

/** Owns the language server. A failed start is reported with a way to the log and to another try. */
export function createHost(connect: () => Connection, log: LogOutputChannel): Host {
  const started = new EventEmitter<void>()
  const statusChanged = new EventEmitter<StatusParams>()
  const gitAttributesOffered = new EventEmitter<GitAttributesParams>()
  let connection = connect()
  let status: StatusParams | undefined

  async function start(): Promise<void> {
    connection.on('conceptLens/status', (params) => {
      status = params
      statusChanged.fire(params)
    })
    connection.on('conceptLens/offerGitAttributes', (params) => gitAttributesOffered.fire(params))
    try {
      await connection.start()
      started.fire()
    } catch (error) {
      log.error(`The language server did not start: ${String(error)}`)
      void offerRestart(host)
    }
  }

  const host: Host = {
    log,
    onStatus: statusChanged.event,
    onStart: started.event,
    onGitAttributes: gitAttributesOffered.event,
    get status() {
      return status
    },
    request: (method, params, token) => connection.request(method, params, token),
    notify: (method, params) => connection.notify(method, params),
    handles: (document) =>
      languages.match(connection.selector as Parameters<typeof languages.match>[0], document) > 0,
    start,
    async restart() {
      await connection.stop().catch((error: unknown) => log.warn(`Stopping the server: ${String(error)}`))
      connection = connect()
      await start()
    },
    dispose() {
      started.dispose()
      statusChanged.dispose()
      gitAttributesOffered.dispose()
      return connection.stop().catch(() => undefined)
    },
  }
  return host
}

async function offerRestart(host: Host): Promise<void> {
  const restart = 'Restart'
  const showLog = 'Show Log'
  const choice = await window.showErrorMessage(
    'ConceptLens: the language server did not start.',
    restart,
    showLog,
  )
  if (choice === restart) await host.restart()
  if (choice === showLog) await commands.executeCommand('conceptLens.showLog')
}
