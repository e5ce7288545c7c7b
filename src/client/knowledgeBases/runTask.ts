import { fork, type ChildProcess } from 'node:child_process'
import { constants, setPriority } from 'node:os'
import { CANCEL_TASK, type TaskEvent, type TaskProgress } from '../../protocol/index.ts'

/** A task that asked to stop has this long to do so by itself; importers leave nothing half-made either way. */
const GRACE_MS = 3000
const KEPT_STDERR = 4000

export interface TaskOptions {
  /** The built command line. */
  readonly script: string
  readonly args: readonly string[]
  /** Added to this process's environment; `undefined` takes a variable away. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly onProgress?: (progress: TaskProgress) => void
  readonly signal?: AbortSignal
  readonly graceMs?: number
}

/** The code of a task whose process died without a word: killed, or out of memory. */
export const TASK_DIED = 'task-died'

/** A task that failed, with the code that it gave; its message is for people. */
export class TaskError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.name = 'TaskError'
    this.code = code
  }
}

/**
 * Runs the command line in a process of its own at low priority, so that neither the editor nor the language server waits
 * for it. Resolves with what it says when done, and with `undefined` when it was cancelled. Rejects with {@link TaskError}.
 */
export function runTask(options: TaskOptions): Promise<{ readonly result: unknown } | undefined> {
  const { signal, onProgress } = options
  if (signal?.aborted) return Promise.resolve(undefined)
  const child = start(options)
  return new Promise((resolve, reject) => {
    let outcome: Exclude<TaskEvent, TaskProgress> | undefined
    let stderr = ''
    let killer: NodeJS.Timeout | undefined
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-KEPT_STDERR)
    })
    child.on('message', (event) => {
      const told = event as TaskEvent
      if (told.kind === 'progress') onProgress?.(told)
      else outcome = told
    })
    const cancel = (): void => {
      if (child.connected) child.send(CANCEL_TASK)
      killer = setTimeout(() => child.kill('SIGKILL'), options.graceMs ?? GRACE_MS)
    }
    signal?.addEventListener('abort', cancel, { once: true })
    child.once('error', (error) => reject(new TaskError('task-not-started', error.message)))
    child.once('close', () => {
      clearTimeout(killer)
      signal?.removeEventListener('abort', cancel)
      if (outcome?.kind === 'done') resolve({ result: outcome.result })
      else if (outcome?.kind === 'cancelled' || signal?.aborted) resolve(undefined)
      else if (outcome) reject(new TaskError(outcome.code, outcome.message))
      else reject(new TaskError(TASK_DIED, deathMessage(child, stderr)))
    })
  })
}

function start({ script, args, environment }: TaskOptions): ChildProcess {
  const child = fork(script, [...args], {
    silent: true,
    // Not what this process was started with: a debugger's port is taken already.
    execArgv: [],
    env: { ...process.env, ...environment, ELECTRON_RUN_AS_NODE: '1' },
  })
  child.stdout?.resume()
  lowerPriority(child.pid)
  return child
}

function lowerPriority(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // Not allowed here, or the process has ended already; the work is done all the same.
  }
}

function deathMessage({ exitCode, signalCode }: ChildProcess, stderr: string): string {
  const end = signalCode === null ? `with status ${exitCode ?? '?'}` : `by ${signalCode}`
  const said = stderr.trim()
  return `The process that did the work ended ${end}${said === '' ? '' : `; its last words: ${said}`}. Is there memory and disk space enough? Try again.`
}
