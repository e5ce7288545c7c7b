import { LRUCache } from 'lru-cache'
import { ConceptLensError, throwIfCancelled } from '../core/index.ts'
import type { CancellationToken } from '../core/index.ts'
import type { AnalysedText } from './engine/protocol.ts'
import type { Layout } from './cores.ts'
import type { Engine, EngineInfo, MentionToScore, Pace, TagHead, TextAnalysis } from './engine.ts'
import type { EngineProcess, EngineTask } from './engineProcess.ts'
import { unexpectedAnswer } from './loadedProcess.ts'

/** Something to do with a text. */
type TextTask = Extract<EngineTask, { kind: 'analyse' | 'score' }>

/** How many texts remember which process read them. */
const TEXTS_REMEMBERED = 2_000

/**
 * One engine over several processes. A text goes to the process that has read it, else to the one with the least to do,
 * so that many passages keep all of them busy; the one that is typed in may go to any of them, with all threads.
 */
export function poolEngine(processes: readonly EngineProcess[], info: EngineInfo, layout: Layout): Engine {
  const readers = new LRUCache<string, EngineProcess>({ max: TEXTS_REMEMBERED })
  let pace: Pace = {}

  const sound = (): readonly EngineProcess[] => {
    const running = processes.filter((process) => !process.broken)
    return running.length > 0 ? running : processes
  }
  const workforceFor = (text: string) => {
    if (pace.isLowPower) return { processes: 1, threads: 1 }
    return text === pace.typedIn ? layout : layout.background
  }
  const readerOf = (text: string): EngineProcess => {
    const usable = sound().slice(0, workforceFor(text).processes)
    const known = readers.get(text)
    if (known && usable.includes(known)) return known
    const idlest = usable.reduce((a, b) => (b.pending < a.pending ? b : a))
    readers.set(text, idlest)
    return idlest
  }
  const run = (task: TextTask, token: CancellationToken | undefined) =>
    readerOf(task.text).run({ ...task, threads: workforceFor(task.text).threads }, token)

  return {
    info,
    async analyse(text, token) {
      throwIfCancelled(token)
      const answer = await run({ kind: 'analyse', text }, token)
      if (answer.kind !== 'analysed') throw unexpectedAnswer(answer.kind)
      return toAnalysis(answer.analysis, info.heads)
    },
    async score(text, mentions, token) {
      checkFeatures(mentions, info.features.length)
      throwIfCancelled(token)
      if (mentions.length === 0) return []
      const answer = await run({ kind: 'score', text, mentions }, token)
      if (answer.kind !== 'scored') throw unexpectedAnswer(answer.kind)
      return answer.scores
    },
    pace(next) {
      pace = next
    },
    running() {
      const { processes: inBackground, threads } = workforceFor('')
      return {
        provider: sound()[0]?.provider ?? info.provider,
        processes: processes.length,
        threads: layout.threads,
        backgroundThreads: inBackground * threads,
      }
    },
    async dispose() {
      await Promise.all(processes.map((process) => process.dispose()))
    },
  }
}

function toAnalysis(
  { bounds, wordStarts, logits, places }: AnalysedText,
  heads: readonly TagHead[],
): TextAnalysis {
  return {
    tokens: Array.from(wordStarts, (_, i) => ({ start: bounds[2 * i] ?? 0, end: bounds[2 * i + 1] ?? 0 })),
    wordStarts: Array.from(wordStarts, Boolean),
    heads: heads.map((head, i) => ({ ...head, logits: logits[i] ?? new Float32Array(0) })),
    ...(places && { places }),
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
