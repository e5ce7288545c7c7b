// The engine's process: holds the model, answers the requests of its parent one after another.
import { readFile } from 'node:fs/promises'
import { constants, setPriority } from 'node:os'
import { join } from 'node:path'
import { CancelledError, ConceptLensError } from '../../core/index.ts'
import { ENCODER_FILE, VOCABULARY_FILE } from '../modelManifest.ts'
import { runtimeMissing } from '../providers.ts'
import { createTokenizer } from '../tokenizer.ts'
import { analysisOf } from './analysis.ts'
import type { Encoder } from './encoder.ts'
import { createEncoder } from './encoder.ts'
import type { EngineAnswer, EngineRequest, LoadOptions } from './protocol.ts'
import { createTextCache } from './textCache.ts'

interface Loaded {
  readonly encoder: Encoder
  readonly options: LoadOptions
}

serve()

function serve(): void {
  const queue: Exclude<EngineRequest, { kind: 'cancel' }>[] = []
  /** Requests that wait or run. A cancel may cross with the answer, and then has nothing to stop. */
  const open = new Set<number>()
  let loaded: Loaded | undefined
  let working = false

  const answerTo = async (request: (typeof queue)[number]): Promise<EngineAnswer> => {
    const { id } = request
    // A run blocks this process: messages, and so cancels, come in only between two runs.
    const checkpoint = async (): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve))
      if (!open.has(id)) throw new CancelledError()
    }
    if (request.kind === 'load') {
      const opened = await load(request.options)
      loaded = opened
      return { kind: 'loaded', id, ...opened.notes }
    }
    if (!loaded) throw new ConceptLensError('engine-not-loaded', 'The first request must be "load".')
    const { encoder, options } = loaded
    if (request.kind === 'analyse') {
      const encoded = await encoder.encode(request.text, checkpoint)
      return { kind: 'analysed', id, analysis: analysisOf(encoded, options.manifest) }
    }
    return { kind: 'scored', id, scores: await encoder.score(request.text, request.mentions, checkpoint) }
  }

  const work = async (): Promise<void> => {
    working = true
    for (let request = queue.shift(); request; request = queue.shift()) {
      const { id } = request
      const answer = await answerTo(request).catch((error: unknown) => failure(id, error))
      open.delete(id)
      process.send?.(answer)
    }
    working = false
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
  stepBack()
}

async function load(options: LoadOptions) {
  // Loaded here and not above, so that a missing library is an answer and not a dead process.
  const { openSession } = await import('./session.ts').catch((cause: unknown) => {
    throw runtimeMissing(process.platform, process.arch, cause)
  })
  const { manifest, modelDir, provider, threads, cacheBytes } = options
  const tokenizer = createTokenizer(await readFile(join(modelDir, VOCABULARY_FILE), 'utf8'))
  if (tokenizer.vocabularySize !== manifest.architecture.vocabulary)
    throw unfit(
      `${VOCABULARY_FILE} has ${tokenizer.vocabularySize} pieces, the manifest says ${manifest.architecture.vocabulary}`,
    )
  const session = await openSession(join(modelDir, ENCODER_FILE), { provider, threads }).catch(unreadable)
  const encoder = createEncoder({ session, manifest, tokenizer, cache: createTextCache(cacheBytes) })
  // The first run shows whether graph and manifest agree; better now than in the midst of a manuscript.
  await encoder.encode('.', () => Promise.resolve()).catch(unreadable)
  const { notice } = session
  return {
    encoder,
    options,
    notes: { provider: session.provider, ...(notice === undefined ? {} : { notice }) },
  }
}

function unreadable(error: unknown): never {
  if (error instanceof ConceptLensError) throw error
  throw unfit(`${ENCODER_FILE} cannot be run (${error instanceof Error ? error.message : String(error)})`)
}

function unfit(what: string): ConceptLensError {
  return new ConceptLensError(
    'model-unfit',
    `The model does not fit together: ${what}. Install the model again.`,
  )
}

function failure(id: number, error: unknown): EngineAnswer {
  if (error instanceof CancelledError) return { kind: 'cancelled', id }
  if (error instanceof ConceptLensError)
    return { kind: 'failed', id, code: error.code, message: error.message }
  const message = error instanceof Error ? error.message : String(error)
  return { kind: 'failed', id, code: 'inference-failed', message: `The encoder could not be run: ${message}` }
}

/** The editor and everything else comes first. */
function stepBack(): void {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // Not allowed everywhere, and only a courtesy.
  }
}
