import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConceptLensError } from '../../core/index.ts'
import { readContexts } from '../contexts.ts'
import { VOCABULARY_FILE } from '../modelManifest.ts'
import { openPackTokenizer } from '../packing/packTokenizer.ts'
import { runtimeMissing } from '../providers.ts'
import { createTokenizer } from '../tokenizer.ts'
import { analysisOf } from './analysis.ts'
import { createDenseEncoder } from './denseEncoder.ts'
import type { Checkpoint } from './encoder.ts'
import { createEncoder } from './encoder.ts'
import { loadGliner } from './gliner/load.ts'
import { productGraph } from './productGraph.ts'
import type {
  ClassifierLoad,
  DenseLoad,
  EngineAnswer,
  EngineRequest,
  GenerativeLoad,
  GlinerLoad,
  LoadOptions,
  ProductLoad,
  TwoStreamLoad,
} from './protocol.ts'
import type { openSession, Session } from './session.ts'
import { createTextCache } from './textCache.ts'
import { loadClassifier } from './tokenClassification/load.ts'
import { createWidths } from './widths.ts'

/** A request to a loaded model. */
export type ModelRequest = Exclude<EngineRequest, { kind: 'load' | 'cancel' }>

/** A model that answers requests. */
export interface LoadedModel {
  /** Where it runs now, and why not where it was asked to. */
  notes(): { readonly provider: string; readonly notice?: string }
  /** What it does when nobody has asked for anything for a while. */
  rest?(): Promise<void>
  answer(request: ModelRequest, checkpoint: Checkpoint): Promise<EngineAnswer>
}

/** Loads what the first request names, and runs it once: whether its files fit together is known before any work. */
export async function loadModel(options: LoadOptions): Promise<LoadedModel> {
  switch (options.engine) {
    case 'two-stream':
      return loadTwoStream(options)
    case 'dense':
      return loadDense(options)
    case 'gliner':
      return loadNamedTypes(options)
    case 'generative':
      return loadLanguageModel(options)
    case 'token-classification':
      return loadTokenClassification(options)
    case 'product':
      return loadProduct(options)
  }
}

async function loadTwoStream(options: TwoStreamLoad): Promise<LoadedModel> {
  const { manifest, modelDir, cacheBytes } = options
  const tokenizer = createTokenizer(await readFile(join(modelDir, VOCABULARY_FILE), 'utf8'))
  if (tokenizer.vocabularySize !== manifest.architecture.vocabulary)
    throw unfit(
      `${VOCABULARY_FILE} has ${tokenizer.vocabularySize} pieces, the manifest says ${manifest.architecture.vocabulary}`,
    )
  const { graph, threads, alsoThreads = threads } = options
  const path = join(modelDir, graph)
  const { session, use } = createWidths(await open(path, options), threads, (wanted) =>
    open(path, { provider: 'cpu', threads: wanted }),
  )
  const contexts = await readContexts(modelDir, manifest)
  const cache = createTextCache(cacheBytes)
  const encoder = createEncoder({ session, manifest, tokenizer, cache })
  await encoder.encode('.', noCheckpoint).catch((error: unknown) => unreadable(graph, error))
  return {
    rest: () => use(alsoThreads),
    notes: () => notesOf(session),
    async answer(request, checkpoint) {
      const { id } = request
      if (request.kind === 'analyse' || request.kind === 'score') await use(request.threads ?? threads)
      if (request.kind === 'analyse') {
        const encoded = await encoder.encode(request.text, checkpoint)
        return { kind: 'analysed', id, analysis: analysisOf(encoded, manifest, contexts) }
      }
      if (request.kind === 'score')
        return { kind: 'scored', id, scores: await encoder.score(request.text, request.mentions, checkpoint) }
      throw outOfTurn(request.kind, options.engine)
    },
  }
}

/** Ranked once so that the graph runs before any work. */
const TRIAL = {
  text: '.',
  sentences: [],
  mentions: [
    {
      span: { start: 0, end: 1 },
      mentionText: '.',
      candidates: [{ name: '.', preferred: '.', features: [] }],
    },
  ],
}

async function loadDense(options: DenseLoad): Promise<LoadedModel> {
  const { model, modelDir } = options
  const tokenizer = await openPackTokenizer(modelDir, model.modelType)
  const session = await open(model.graph, options)
  const encoder = createDenseEncoder(session, model, tokenizer)
  await encoder
    .rank([TRIAL], { mode: 'pair' }, noCheckpoint)
    .catch((error: unknown) => unreadable(model.graph, error))
  return {
    notes: () => notesOf(session),
    async answer(request, checkpoint) {
      const { id, kind } = request
      if (kind !== 'rank') throw outOfTurn(kind, options.engine)
      return { kind: 'ranked', id, ...(await encoder.rank(request.passages, request.options, checkpoint)) }
    },
  }
}

async function loadNamedTypes(options: GlinerLoad): Promise<LoadedModel> {
  const { model, session } = await loadGliner(options.config, await runtime(), options)
  return {
    notes: () => notesOf(session),
    async answer(request, checkpoint) {
      const { id } = request
      if (request.kind === 'embed')
        return { kind: 'embedded', id, vectors: await model.embed(request.labels, checkpoint) }
      if (request.kind !== 'spans') throw outOfTurn(request.kind, options.engine)
      return { kind: 'spans', id, spans: await model.spans(request.text, request.asked, checkpoint) }
    },
  }
}

async function loadLanguageModel(options: GenerativeLoad): Promise<LoadedModel> {
  // A megabyte of code that no other engine needs, and that loads the library which runs graphs.
  const { loadGenerative } = await import('./generative/load.ts').catch((cause: unknown) => {
    throw runtimeMissing(process.platform, process.arch, cause)
  })
  const opened = await loadGenerative(options.model, options)
  return {
    notes: () => notesOf(opened),
    async answer(request, checkpoint) {
      const { id } = request
      if (request.kind === 'choose')
        return { kind: 'chosen', id, ...(await opened.value.choose(request.questions, checkpoint)) }
      if (request.kind !== 'write') throw outOfTurn(request.kind, options.engine)
      return {
        ...{ kind: 'written', id },
        ...(await opened.value.write(request.prompt, request.maxTokens, checkpoint)),
      }
    },
  }
}

async function loadTokenClassification(options: ClassifierLoad): Promise<LoadedModel> {
  const { model, session } = await loadClassifier(options.config, await runtime(), options)
  return {
    notes: () => notesOf(session),
    async answer(request, checkpoint) {
      const { id, kind } = request
      if (kind !== 'classify') throw outOfTurn(kind, options.engine)
      const spans = await model.entities(request.text, request.aggregation, checkpoint)
      return { kind: 'spans', id, spans }
    },
  }
}

async function loadProduct(options: ProductLoad): Promise<LoadedModel> {
  const session = await open(productGraph(options), options)
  const { rows, inner } = options
  const x = { dims: [rows, inner], data: new Float32Array(rows * inner).fill(1) }
  return {
    notes: () => notesOf(session),
    async answer(request, checkpoint) {
      const { id, kind } = request
      if (kind !== 'multiply') throw outOfTurn(kind, options.engine)
      let ms = Infinity
      for (let i = 0; i < request.times; i++) {
        await checkpoint()
        const startMs = performance.now()
        await session.run({ x }, ['y'])
        ms = Math.min(ms, performance.now() - startMs)
      }
      return { kind: 'multiplied', id, ms }
    },
  }
}

/** The library that runs graphs. Loaded here and not above, so that a missing one is an answer and not a dead process. */
async function runtime(): Promise<typeof openSession> {
  const { openSession } = await import('./session.ts').catch((cause: unknown) => {
    throw runtimeMissing(process.platform, process.arch, cause)
  })
  return openSession
}

async function open(
  graph: string | Uint8Array,
  { provider, threads }: Pick<LoadOptions, 'provider' | 'threads'>,
): Promise<Session> {
  const openSession = await runtime()
  return openSession(graph, { provider, threads }).catch((error: unknown) =>
    unreadable(typeof graph === 'string' ? graph : 'A matrix product', error),
  )
}

const noCheckpoint: Checkpoint = () => Promise.resolve()

function notesOf({
  provider,
  notice,
}: Pick<Session, 'provider' | 'notice'>): ReturnType<LoadedModel['notes']> {
  return { provider, ...(notice === undefined ? {} : { notice }) }
}

function unreadable(graph: string, error: unknown): never {
  if (error instanceof ConceptLensError) throw error
  throw unfit(`${graph} cannot be run (${error instanceof Error ? error.message : String(error)})`)
}

function unfit(what: string): ConceptLensError {
  return new ConceptLensError(
    'model-unfit',
    `The model does not fit together: ${what}. Install the model again.`,
  )
}

function outOfTurn(kind: string, engine: LoadOptions['engine']): ConceptLensError {
  return new ConceptLensError('engine-protocol', `A ${engine} model was asked to "${kind}".`)
}
