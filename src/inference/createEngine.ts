import { LRUCache } from 'lru-cache'
import { CancelledError, ConceptLensError } from '../core/index.ts'
import type { CancellationToken, Logger } from '../core/index.ts'
import type { AnalysedText } from './engine/protocol.ts'
import type { Engine, EngineInfo, MentionToScore, TagHead, TextAnalysis } from './engine.ts'
import type { EngineProcess, EngineTask } from './engineProcess.ts'
import { createEngineProcess } from './engineProcess.ts'
import type { ModelManifest } from './modelManifest.ts'
import { fingerprintOf, readManifest, verifyModel } from './modelManifest.ts'
import type { ProviderName } from './providers.ts'

/** What {@link createEngine} needs. */
export interface EngineOptions {
  /** Folder with `manifest.json`, `encoder.onnx` and `vocab.txt`. */
  readonly modelDir: string
  /** The bundle of `src/inference/engine/main.ts`: `dist/engine.cjs`. */
  readonly engineScript: string
  /** Engine processes of `threads` threads each; each takes about 250 MB. Default 1. */
  readonly processes?: number
  /** Threads inside a process. Default 1: more processes gain more than more threads. */
  readonly threads?: number
  /** Default `auto`. */
  readonly provider?: ProviderName
  readonly logger: Logger
  /** What each process may keep of texts read lately, in bytes. Default 48 MiB, about 12 passages of 200 tokens. */
  readonly cacheBytes?: number
}

const DEFAULT_CACHE_BYTES = 48 * 2 ** 20
/** How many texts remember which process read them. */
const TEXTS_REMEMBERED = 2_000

/**
 * Checks a model and starts the processes that run it.
 * @throws ConceptLensError when the model is missing or damaged, or cannot be run here.
 */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const manifest = await readManifest(options.modelDir)
  const processes = startProcesses(options, manifest)
  try {
    await verifyModel(options.modelDir, manifest)
    const loaded = await Promise.all(processes.map((process) => process.load()))
    const notice = loaded[0]?.notice
    if (notice !== undefined) options.logger.warn(notice)
    return engineOver(processes, manifest, loaded[0]?.provider ?? 'cpu')
  } catch (error) {
    await Promise.all(processes.map((process) => process.dispose()))
    throw error
  }
}

/** The processes start while the files are checked; they read the model only when told to load. */
function startProcesses(options: EngineOptions, manifest: ModelManifest): EngineProcess[] {
  const { modelDir, engineScript, provider = 'auto', threads = 1, logger } = options
  const cacheBytes = options.cacheBytes ?? DEFAULT_CACHE_BYTES
  const load = { modelDir, manifest, provider, threads, cacheBytes }
  const count = Math.max(1, Math.floor(options.processes ?? 1))
  return Array.from({ length: count }, () => createEngineProcess({ engineScript, load, logger }))
}

function engineOver(processes: readonly EngineProcess[], manifest: ModelManifest, provider: string): Engine {
  const info = infoOf(manifest, provider)
  const readers = new LRUCache<string, EngineProcess>({ max: TEXTS_REMEMBERED })

  /** The process that has read the text; for a new text the one with the least to do. */
  const readerOf = (text: string): EngineProcess => {
    const known = readers.get(text)
    if (known?.broken === false) return known
    const sound = processes.filter((process) => !process.broken)
    const idlest = (sound.length > 0 ? sound : processes).reduce((a, b) => (b.pending < a.pending ? b : a))
    readers.set(text, idlest)
    return idlest
  }
  const run = async <K extends EngineTask['kind']>(
    task: Extract<EngineTask, { kind: K }>,
    token: CancellationToken | undefined,
  ) => {
    if (token?.isCancellationRequested) throw new CancelledError()
    return readerOf(task.text).run(task, token)
  }

  return {
    info,
    async analyse(text, token) {
      const answer = await run({ kind: 'analyse', text }, token)
      if (answer.kind !== 'analysed') throw unexpected(answer.kind)
      return toAnalysis(answer.analysis, info.heads)
    },
    async score(text, mentions, token) {
      checkFeatures(mentions, info.features.length)
      if (mentions.length === 0) return []
      const answer = await run({ kind: 'score', text, mentions }, token)
      if (answer.kind !== 'scored') throw unexpected(answer.kind)
      return answer.scores
    },
    async dispose() {
      await Promise.all(processes.map((process) => process.dispose()))
    },
  }
}

function infoOf(manifest: ModelManifest, provider: string): EngineInfo {
  const { name, version, heads, features, typeLabels, temperature, tagThreshold, noneBias } = manifest
  return {
    model: name,
    version,
    fingerprint: fingerprintOf(manifest),
    provider,
    heads: heads.map((head) => ({ name: head.name, labels: head.labels })),
    features,
    typeLabels,
    temperature,
    tagThreshold,
    noneBias,
  }
}

function toAnalysis({ bounds, wordStarts, logits }: AnalysedText, heads: readonly TagHead[]): TextAnalysis {
  return {
    tokens: Array.from(wordStarts, (_, i) => ({ start: bounds[2 * i] ?? 0, end: bounds[2 * i + 1] ?? 0 })),
    wordStarts: Array.from(wordStarts, Boolean),
    heads: heads.map((head, i) => ({ ...head, logits: logits[i] ?? new Float32Array(0) })),
  }
}

function checkFeatures(mentions: readonly MentionToScore[], expected: number): void {
  for (const mention of mentions)
    for (const { name, features } of mention.candidates)
      if (features.length !== expected)
        throw new ConceptLensError(
          'engine-features',
          `The candidate "${name}" has ${features.length} features; the model takes ${expected}, in the order of EngineInfo.features.`,
        )
}

function unexpected(kind: string): ConceptLensError {
  return new ConceptLensError('engine-protocol', `The inference process answered "${kind}" out of turn.`)
}
