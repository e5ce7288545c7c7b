import { LRUCache } from 'lru-cache'
import { CancelledError, ConceptLensError } from '../core/index.ts'
import type { CancellationToken } from '../core/index.ts'
import type { AnalysedText } from './engine/protocol.ts'
import type { Engine, EngineInfo, MentionScores, MentionToScore, TagHead, TextAnalysis } from './engine.ts'
import type { EngineProcess, EngineTask } from './engineProcess.ts'

/** How many texts remember which process read them. */
const TEXTS_REMEMBERED = 2_000
/** Candidates below which a second process would hardly shorten the wait. */
const WORTH_SHARING = 12

/**
 * One engine over several processes. A text goes to the process that has read it, else to the one with the least to do,
 * so that many passages keep all of them busy. When one passage is all there is to do, as while the author types,
 * all processes read it and share its mentions.
 */
export function poolEngine(processes: readonly EngineProcess[], info: EngineInfo): Engine {
  const readers = new LRUCache<string, EngineProcess>({ max: TEXTS_REMEMBERED })
  /** The text that was read last: another one in between means that there is more to do than one passage. */
  let readLast: string | undefined

  const sound = (): readonly EngineProcess[] => {
    const running = processes.filter((process) => !process.broken)
    return running.length > 0 ? running : processes
  }
  const readerOf = (text: string): EngineProcess => {
    const known = readers.get(text)
    if (known?.broken === false) return known
    const idlest = sound().reduce((a, b) => (b.pending < a.pending ? b : a))
    readers.set(text, idlest)
    return idlest
  }
  /** The other processes when none has anything to do. */
  const idleBeside = (reader: EngineProcess): readonly EngineProcess[] => {
    const all = sound()
    return all.every(({ pending }) => pending === 0) ? all.filter((process) => process !== reader) : []
  }
  const scoreOn = async (
    process: EngineProcess,
    task: Extract<EngineTask, { kind: 'score' }>,
    token: CancellationToken | undefined,
  ): Promise<readonly MentionScores[]> => {
    if (task.mentions.length === 0) return []
    const answer = await process.run(task, token)
    if (answer.kind !== 'scored') throw unexpected(answer.kind)
    return answer.scores
  }

  return {
    info,
    async analyse(text, token) {
      throwIfCancelled(token)
      const reader = readerOf(text)
      const idle = idleBeside(reader)
      readLast = text
      const answering = reader.run({ kind: 'analyse', text }, token)
      // They read along for the scores that are asked for next; nobody waits for them.
      for (const process of idle) process.run({ kind: 'analyse', text }, token).catch(() => undefined)
      const answer = await answering
      if (answer.kind !== 'analysed') throw unexpected(answer.kind)
      return toAnalysis(answer.analysis, info.heads)
    },
    async score(text, mentions, token) {
      checkFeatures(mentions, info.features.length)
      throwIfCancelled(token)
      const reader = readerOf(text)
      const mayShare = readLast === text && candidatesOf(mentions) >= WORTH_SHARING
      const workers = mayShare ? [reader, ...idleBeside(reader)] : [reader]
      const shares = shareOut(mentions, workers.length)
      const answers = await Promise.all(
        workers.map((process, i) =>
          scoreOn(process, { kind: 'score', text, mentions: shares[i] ?? [] }, token),
        ),
      )
      return answers.flat()
    },
    async dispose() {
      await Promise.all(processes.map((process) => process.dispose()))
    },
  }
}

const candidatesOf = (mentions: readonly MentionToScore[]): number =>
  mentions.reduce((sum, { candidates }) => sum + candidates.length, 0)

/** Cuts the list into `n` stretches with about as many candidates each; some may be empty. */
export function shareOut(mentions: readonly MentionToScore[], n: number): readonly MentionToScore[][] {
  const shares: MentionToScore[][] = Array.from({ length: n }, () => [])
  const total = candidatesOf(mentions)
  let before = 0
  for (const mention of mentions) {
    const middle = before + mention.candidates.length / 2
    shares[Math.min(n - 1, Math.floor((n * middle) / Math.max(1, total)))]?.push(mention)
    before += mention.candidates.length
  }
  return shares
}

function throwIfCancelled(token: CancellationToken | undefined): void {
  if (token?.isCancellationRequested) throw new CancelledError()
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
