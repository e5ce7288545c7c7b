import { CancelledError } from '../core/index.ts'
import type { CancellationToken, KnowledgeBase, Mention, Progress } from '../core/index.ts'
import { quantile } from './bootstrap.ts'
import { annotatedGroups } from './corpora.ts'
import type { Corpus, GoldMention } from './corpora.ts'
import { pairOf } from './detection.ts'
import type { FoundMention, PassagePair } from './detection.ts'
import { detectionFigures } from './detectionFigures.ts'
import type { DetectionFigures } from './detectionFigures.ts'
import { ratio } from './metrics.ts'

/** A detector on its own: no other stands in for it, and nothing is linked. */
export interface DetectorToMeasure {
  readonly name: string
  readonly find: (text: string, token?: CancellationToken) => Promise<readonly Mention[]>
  /** Things counted so far that its figures alone do not show, by name. */
  readonly counts?: () => Readonly<Record<string, number>>
}

/** What {@link measureDetectors} needs. */
export interface DetectorRun {
  readonly corpus: Corpus
  /** Says the groups of a corpus without types. */
  readonly knowledgeBase: KnowledgeBase
  readonly detectors: readonly DetectorToMeasure[]
  /** Semantic groups to count; by default those that the corpus annotates. */
  readonly types?: readonly string[]
  readonly token?: CancellationToken
  readonly progress?: Progress
  /** Milliseconds of a monotonic clock; by default the platform's. */
  readonly nowMs?: () => number
}

/** Time that a detector took for one passage after the other, in milliseconds. */
export interface PassageTimes {
  readonly mean: number
  readonly p50: number
  readonly p95: number
}

/** What a detector found, and how long it took. */
export interface DetectorFigures {
  readonly detector: string
  readonly detection: DetectionFigures
  readonly passageMs: PassageTimes
  readonly counts?: Readonly<Record<string, number>>
}

/** Detectors side by side; all figures but times and counts are shares, 0 … 1. */
export interface DetectorReport {
  readonly corpus: string
  readonly nDocuments: number
  readonly nPassages: number
  /** Gold mentions that count. */
  readonly n: number
  readonly detectors: readonly DetectorFigures[]
}

/**
 * Measures detectors on their own. All of them read a passage before the next one is read, so that what slows the machine down slows
 * them all down; the first passage is read once before the clock runs. Throws `CancelledError` when the token says so.
 */
export async function measureDetectors(run: DetectorRun): Promise<DetectorReport> {
  const { corpus, detectors, progress, token } = run
  const groups = new Set(run.types ?? annotatedGroups(corpus, run.knowledgeBase))
  const tallies = detectors.map((detector): Tally => ({ detector, pairs: [], times: [] }))
  const passages = passagesOf(corpus)
  for (const { detector } of tallies) await detector.find(passages[0]?.text ?? '', token)
  const before = tallies.map(({ detector }) => detector.counts?.())
  for (const [i, { text, gold }] of passages.entries()) {
    for (const tally of tallies) {
      if (token?.isCancellationRequested === true) throw new CancelledError()
      const { found, ms } = await timed(tally.detector, text, run)
      tally.times.push(ms)
      tally.pairs.push(pairOf(gold, found.map(foundMention), groups))
    }
    progress?.report(i + 1, passages.length)
  }
  return {
    corpus: corpus.name,
    nDocuments: corpus.documents.length,
    nPassages: passages.length,
    n: tallies[0]?.pairs.reduce((sum, { gold }) => sum + gold.length, 0) ?? 0,
    detectors: tallies.map((tally, i) => figuresOf(tally, groups, before[i])),
  }
}

interface Tally {
  readonly detector: DetectorToMeasure
  readonly pairs: PassagePair[]
  readonly times: number[]
}

interface GoldPassage {
  readonly text: string
  readonly gold: readonly FoundMention[]
}

/** Passages with letters, in reading order. */
function passagesOf({ documents }: Corpus): readonly GoldPassage[] {
  const all = documents.flatMap(({ manuscript, mentions }) =>
    manuscript.passages.map(({ text }, i) => ({ text, gold: (mentions[i] ?? []).map(goldMention) })),
  )
  return all.filter(({ text }) => text.trim() !== '')
}

const goldMention = (mention: GoldMention): FoundMention => ({ ...mention, refs: new Set() })

const foundMention = ({ span, text, group }: Mention): FoundMention => ({
  span,
  text,
  groups: group === undefined ? [] : [group],
  refs: new Set(),
})

async function timed(
  { find }: DetectorToMeasure,
  text: string,
  { token, nowMs = () => performance.now() }: DetectorRun,
): Promise<{ readonly found: readonly Mention[]; readonly ms: number }> {
  const startMs = nowMs()
  const found = await find(text, token)
  return { found, ms: nowMs() - startMs }
}

function figuresOf(
  { detector, pairs, times }: Tally,
  groups: ReadonlySet<string>,
  before: Readonly<Record<string, number>> | undefined,
): DetectorFigures {
  const counts = detector.counts?.()
  const own = counts && Object.entries(counts).map(([key, count]) => [key, count - (before?.[key] ?? 0)])
  const sorted = times.toSorted((a, b) => a - b)
  const sum = times.reduce((total, ms) => total + ms, 0)
  return {
    detector: detector.name,
    detection: detectionFigures(pairs, groups),
    passageMs: { mean: ratio(sum, times.length), p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95) },
    ...(own ? { counts: Object.fromEntries(own) as Record<string, number> } : {}),
  }
}
