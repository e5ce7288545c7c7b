// The engine's process: holds the model, answers the requests of its parent one after another.
import { constants, setPriority } from 'node:os'
import { CancelledError, ConceptLensError } from '../../core/index.ts'
import type { LoadedModel } from './load.ts'
import { loadModel } from './load.ts'
import type { EngineAnswer, EngineRequest } from './protocol.ts'

/** An engine that nobody has asked for so long gets ready for what may come. */
const REST_MS = 2000

serve()

function serve(): void {
  const queue: Exclude<EngineRequest, { kind: 'cancel' }>[] = []
  /** Requests that wait or run. A cancel may cross with the answer, and then has nothing to stop. */
  const open = new Set<number>()
  let loaded: LoadedModel | undefined
  let working = false

  const answerTo = async (request: (typeof queue)[number]): Promise<EngineAnswer> => {
    const { id } = request
    // A run blocks this process: messages, and so cancels, come in only between two runs.
    const checkpoint = async (): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve))
      if (!open.has(id)) throw new CancelledError()
    }
    if (request.kind === 'load') {
      if (request.options.isIdle) stepBack(constants.priority.PRIORITY_LOW)
      loaded = await loadModel(request.options)
      return { kind: 'loaded', id, ...loaded.notes() }
    }
    if (!loaded) throw new ConceptLensError('engine-not-loaded', 'The first request must be "load".')
    const before = loaded.notes().provider
    try {
      return await loaded.answer(request, checkpoint)
    } finally {
      const { provider, notice = '' } = loaded.notes()
      if (provider !== before) send({ kind: 'moved', id: 0, provider, notice })
    }
  }

  const send = (answer: EngineAnswer): void => void process.send?.(answer)
  let resting: NodeJS.Timeout | undefined
  let hasRested = false
  const rest = async (): Promise<void> => {
    working = true
    hasRested = true
    // Only a preparation: whoever needs it will hear of what failed.
    await loaded?.rest?.().catch(() => undefined)
    await work()
  }

  const work = async (): Promise<void> => {
    working = true
    clearTimeout(resting)
    for (let request = queue.shift(); request; request = queue.shift()) {
      const { id } = request
      const answer = await answerTo(request).catch((error: unknown) => failure(id, error))
      open.delete(id)
      send(answer)
    }
    working = false
    if (loaded && !hasRested) resting = setTimeout(() => void rest(), REST_MS)
  }

  process.on('message', (request: EngineRequest) => {
    if (request.kind === 'cancel') {
      open.delete(request.id)
      return
    }
    open.add(request.id)
    queue.push(request)
    if (!working) void work()
  })
  process.on('disconnect', () => process.exit())
  stepBack(constants.priority.PRIORITY_BELOW_NORMAL)
}

function failure(id: number, error: unknown): EngineAnswer {
  if (error instanceof CancelledError) return { kind: 'cancelled', id }
  if (error instanceof ConceptLensError)
    return { kind: 'failed', id, code: error.code, message: error.message }
  const message = error instanceof Error ? error.message : String(error)
  return { kind: 'failed', id, code: 'inference-failed', message: `The encoder could not be run: ${message}` }
}

/** The editor and everything else comes first. */
function stepBack(priority: number): void {
  try {
    setPriority(priority)
  } catch {
    // Not allowed everywhere, and only a courtesy.
  }
}
