import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { Socket } from 'node:net'
import { CancelledError, ConceptLensError } from '../core/index.ts'
import type { CancellationToken, Logger } from '../core/index.ts'
import type { EngineAnswer, EngineRequest, LoadOptions } from './engine/protocol.ts'

/** A request to the model, without its number. */
export type EngineTask = OmitId<Exclude<EngineRequest, { kind: 'cancel' | 'load' }>>

/**
 * One child process with the model. When it dies it is started again, and what it had not answered is asked again;
 * a request during which it died twice fails. One that died on an accelerator, or hangs
 * there, is started again on the processor.
 */
export interface EngineProcess {
  /** Requests without an answer yet. */
  readonly pending: number
  /** It died too often, or was disposed of: every call rejects. */
  readonly broken: boolean
  /** What the model runs on now; empty before it is loaded. */
  readonly provider: string
  /** Loads the model. Once, before anything else. */
  load(): Promise<Loaded>
  run(task: EngineTask, token?: CancellationToken): Promise<EngineAnswer>
  /** Ends the process, in the midst of a run if need be. Open requests reject with `CancelledError`. */
  dispose(): Promise<void>
}

export type Loaded = Extract<EngineAnswer, { kind: 'loaded' }>

export interface EngineProcessOptions {
  readonly engineScript: string
  readonly load: LoadOptions
  readonly logger: Logger
  /** An accelerator that works on one request for so long, in milliseconds, is taken for lost. Default 60,000. */
  readonly hangMs?: number
}

/** A request on its way. */
interface Open {
  readonly request: Exclude<EngineRequest, { kind: 'cancel' }>
  readonly token: CancellationToken | undefined
  readonly resolve: (answer: EngineAnswer) => void
  readonly reject: (error: Error) => void
  /** Deaths of the process while it worked on this. */
  deaths: number
  cancelSent: boolean
}

/** Deaths in a row, without an answer in between, after which it is not started again. */
const MAX_DEATHS = 3
/** How often the tokens of open requests are looked at. */
const CANCEL_POLL_MS = 15
const HANG_MS = 60_000
/** What is kept of the process's stderr for the message about its death. */
const STDERR_CHARS = 500

export function createEngineProcess(options: EngineProcessOptions): EngineProcess {
  const { engineScript, load, logger, hangMs = HANG_MS } = options
  /** In the order of sending, which is the order of working: the first one is being worked on. */
  const open = new Map<number, Open>()
  let lastId = 0
  let loading = load
  let provider = ''
  let deathsInARow = 0
  /** The request in work, and since when. */
  let inWork = { id: 0, sinceMs: 0 }
  let poll: NodeJS.Timeout | undefined
  let broken: Error | undefined
  let child = start()

  function start(): ChildProcess {
    const started = fork(engineScript, [], forkOptions())
    let stderr = ''
    let ended = false
    const end = (how: string): void => {
      if (!ended) died(how, stderr)
      ended = true
    }
    started.stderr?.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString()).slice(-STDERR_CHARS)
      logger.debug(`engine: ${chunk.toString().trimEnd()}`)
    })
    if (started.stderr instanceof Socket) started.stderr.unref()
    started.on('message', (answer: EngineAnswer) => receive(answer))
    started.on('error', (error) => {
      if (started.pid === undefined) end(error.message)
    })
    started.on('exit', (code, signal) => end(signal ?? `exit code ${code}`))
    return started
  }

  function send(request: EngineRequest): void {
    // A failure to send is a death, and 'exit' tells of it.
    if (child.connected) child.send(request, () => undefined)
  }

  function ask(body: OmitId<Open['request']>, token?: CancellationToken): Promise<EngineAnswer> {
    if (broken) return Promise.reject(broken)
    return new Promise((resolve, reject) => {
      const request = { ...body, id: ++lastId }
      open.set(request.id, { request, token, resolve, reject, deaths: 0, cancelSent: false })
      holdProcess()
      send(request)
    })
  }

  function receive(answer: EngineAnswer): void {
    if (answer.kind === 'loaded' || answer.kind === 'moved') {
      provider = answer.provider
      // What could not be used, or failed, is not tried again after a death.
      if (provider === 'cpu') loading = { ...load, provider }
    }
    if (answer.kind === 'moved') {
      logger.warn(answer.notice)
      return
    }
    const asked = open.get(answer.id)
    if (!asked) {
      // Nobody waits for the loading after a death, but without it nothing goes on.
      if (answer.kind === 'failed') giveUp(new ConceptLensError(answer.code, answer.message))
      return
    }
    deathsInARow = 0
    open.delete(answer.id)
    holdProcess()
    if (answer.kind === 'cancelled') asked.reject(new CancelledError())
    else if (answer.kind === 'failed') asked.reject(new ConceptLensError(answer.code, answer.message))
    else asked.resolve(answer)
  }

  function died(how: string, stderr: string): void {
    if (broken) return
    deathsInARow++
    const said = stderr.trim() === '' ? '' : `: ${stderr.trim()}`
    const [first] = open.values()
    if (isOnAccelerator()) {
      logger.warn(
        `The inference process ended on the provider "${loading.provider}" (${how})${said}. ConceptLens goes on with the processor.`,
      )
      loading = { ...load, provider: 'cpu' }
      deathsInARow = 0
      startAgain()
      return
    }
    if (deathsInARow >= MAX_DEATHS || first?.request.kind === 'load') {
      giveUp(
        new ConceptLensError(
          'engine-died',
          `The inference process ended without an answer (${how}, ${deathsInARow} in a row)${said}. ` +
            'It may be out of memory; free some, or choose the provider "cpu", then start again.',
        ),
      )
      return
    }
    logger.warn(`The inference process ended (${how})${said}. It was started again.`)
    if (first && ++first.deaths > 1) {
      open.delete(first.request.id)
      first.reject(
        new ConceptLensError(
          'engine-died',
          `The inference process ended twice (${how}) during the same request${said}.`,
        ),
      )
    }
    startAgain()
  }

  /** A new process gets all that has no answer; a first request to load is among it. */
  function startAgain(): void {
    child = start()
    const [first] = open.values()
    if (first?.request.kind !== 'load') send({ kind: 'load', id: 0, options: loading })
    for (const { request } of open.values())
      send(request.kind === 'load' ? { ...request, options: loading } : request)
    holdProcess()
  }

  function giveUp(error: Error): void {
    broken = error
    for (const { reject } of open.values()) reject(error)
    open.clear()
    holdProcess()
  }

  /** The child and the poll keep the parent alive only while an answer is awaited. */
  function holdProcess(): void {
    if (open.size > 0) {
      child.ref()
      child.channel?.ref()
      poll ??= setInterval(lookAfter, CANCEL_POLL_MS)
    } else {
      child.unref()
      child.channel?.unref()
      clearInterval(poll)
      poll = undefined
    }
  }

  function isOnAccelerator(): boolean {
    return loading.provider !== 'cpu' && loading.provider !== 'auto'
  }

  function lookAfter(): void {
    passOnCancels()
    endWhatHangs()
  }

  /** Only accelerators are known to hang; on a processor long work is long. */
  function endWhatHangs(): void {
    const [id = 0] = open.keys()
    if (id !== inWork.id) inWork = { id, sinceMs: performance.now() }
    if (isOnAccelerator() && performance.now() - inWork.sinceMs > hangMs) {
      inWork = { id, sinceMs: performance.now() }
      child.kill('SIGKILL')
    }
  }

  function passOnCancels(): void {
    for (const [id, asked] of open) {
      if (asked.cancelSent || !asked.token?.isCancellationRequested) continue
      asked.cancelSent = true
      send({ kind: 'cancel', id })
    }
  }

  return {
    get pending() {
      return open.size
    },
    get broken() {
      return broken !== undefined
    },
    get provider() {
      return provider
    },
    async load() {
      const answer = await ask({ kind: 'load', options: loading })
      if (answer.kind === 'loaded') return answer
      throw new ConceptLensError(
        'engine-protocol',
        `The inference process answered "${answer.kind}" to "load".`,
      )
    },
    run: ask,
    async dispose() {
      const gone = child.pid === undefined || child.exitCode !== null || child.signalCode !== null
      if (gone) return giveUp(new CancelledError())
      const ended = new Promise((resolve) => child.once('exit', resolve))
      giveUp(new CancelledError())
      child.ref()
      // In mid-run it hears nothing; a kill is clean at any time.
      child.kill('SIGKILL')
      await ended
    },
  }
}

type OmitId<T> = T extends unknown ? Omit<T, 'id'> : never

/** Plain Node wherever this runs, also inside Electron, and without the parent's inspector or loaders. */
function forkOptions() {
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' }
  return {
    env: Object.fromEntries(Object.entries(env).filter(([name]) => name !== 'NODE_OPTIONS')),
    execArgv: [],
    serialization: 'advanced' as const,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'] as ('ignore' | 'pipe' | 'ipc')[],
  }
}
