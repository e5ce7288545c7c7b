import { CancelledError } from '../../src/core/index.ts'
import type { CancellationToken } from '../../src/core/index.ts'
import type {
  CandidateToScore,
  Engine,
  EngineInfo,
  MentionScores,
  MentionToScore,
  Pace,
  TagHead,
  TextAnalysis,
} from '../../src/inference/index.ts'

/** A call that a {@link FakeEngine} received. */
export type EngineCall =
  | { readonly kind: 'analyse'; readonly text: string }
  | { readonly kind: 'score'; readonly text: string; readonly mentions: readonly MentionToScore[] }
  | { readonly kind: 'dispose' }

/** An engine without a model that remembers what it was asked. */
export interface FakeEngine extends Engine {
  /** Every call so far, in order. */
  readonly calls: readonly EngineCall[]
  /** Every pace it was told, in order. */
  readonly paces: readonly Pace[]
}

/** What a {@link fakeEngine} answers; everything has a default. */
export interface FakeEngineOptions {
  readonly info?: Partial<EngineInfo>
  /**
   * Surface forms that the heads tag, with their group: `{ asthma: 'DISO' }`. Matched case-insensitively at every
   * word start; only heads that know the group tag it.
   */
  readonly tags?: Readonly<Record<string, string>>
  /** Raw score of a candidate. Default: overlap of the mention's and the name's words, 0 … 4, and the first feature on top. */
  readonly score?: (candidate: CandidateToScore, mention: MentionToScore) => number
  /** The none logit of a mention. Default: 1. */
  readonly none?: (mention: MentionToScore) => number
  /** Every call rejects with this. */
  readonly failure?: Error
}

const HEADS: readonly TagHead[] = [
  { name: 'concepts', labels: bioLabels(['DISO', 'CHEM', 'GENE', 'PROC']) },
  { name: 'entities', labels: bioLabels(['DISO', 'CHEM', 'GENE', 'LIVB']) },
]

const INFO: EngineInfo = {
  model: 'fake',
  version: '1',
  fingerprint: 'fake-1',
  provider: 'cpu',
  heads: HEADS,
  features: [
    'lexicalScore',
    'exact',
    'caseExact',
    'nameShare',
    'logNameCount',
    'logConceptCount',
    'isPreferred',
    'expanded',
    'reciprocalRank',
    'typeMatch',
  ],
  typeLabels: { DISO: 'disorder', CHEM: 'chemical', GENE: 'gene', LIVB: 'living being', PROC: 'procedure' },
  temperature: 1,
  tagThreshold: 0.5,
  noneBias: 0,
}

/**
 * A deterministic stand-in for the encoder: one token per word or punctuation mark, tags from a word list, scores
 * from word overlap.
 */
export function fakeEngine(options: FakeEngineOptions = {}): FakeEngine {
  const info = { ...INFO, ...options.info }
  const calls: EngineCall[] = []
  const paces: Pace[] = []
  const receive = (call: EngineCall, token?: CancellationToken): void => {
    calls.push(call)
    if (token?.isCancellationRequested) throw new CancelledError()
    if (options.failure) throw options.failure
  }
  return {
    info,
    calls,
    paces,
    // `async` turns what `receive` throws into a rejection, as the real engine's.
    async analyse(text, token) {
      receive({ kind: 'analyse', text }, token)
      return Promise.resolve(analysisOf(text, info.heads, options.tags ?? {}))
    },
    async score(text, mentions, token) {
      receive({ kind: 'score', text, mentions }, token)
      return Promise.resolve(mentions.map((mention) => scoresOf(mention, options)))
    },
    pace: (pace) => void paces.push(pace),
    running: () => ({ provider: info.provider, processes: 1, threads: 1, backgroundThreads: 1 }),
    async dispose() {
      receive({ kind: 'dispose' })
      return Promise.resolve()
    },
  }
}

/** `O` and the `B-` and `I-` labels of the groups. */
export function bioLabels(groups: readonly string[]): string[] {
  return ['O', ...groups.flatMap((group) => [`B-${group}`, `I-${group}`])]
}

function analysisOf(
  text: string,
  heads: readonly TagHead[],
  tags: Readonly<Record<string, string>>,
): TextAnalysis {
  const tokens = [...text.matchAll(/[\p{L}\p{M}\p{N}]+|[^\s\p{L}\p{M}\p{N}]/gu)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
  }))
  const tagged = taggedSpans(text, tags)
  return {
    tokens,
    wordStarts: tokens.map(() => true),
    heads: heads.map((head) => {
      const width = head.labels.length
      const logits = new Float32Array(tokens.length * width)
      tokens.forEach((token, row) => {
        const tag = tagged.find(({ start, end }) => token.start >= start && token.end <= end)
        const label = tag ? `${tag.start === token.start ? 'B' : 'I'}-${tag.group}` : 'O'
        logits[row * width + Math.max(0, head.labels.indexOf(label))] = 6
      })
      return { ...head, logits }
    }),
  }
}

function taggedSpans(text: string, tags: Readonly<Record<string, string>>) {
  const lower = text.toLowerCase()
  return Object.entries(tags).flatMap(([surface, group]) => {
    const found: { start: number; end: number; group: string }[] = []
    const wanted = surface.toLowerCase()
    for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, at + 1)) {
      const end = at + wanted.length
      if (!/[\p{L}\p{N}]$/u.test(lower.slice(0, at)) && !/^[\p{L}\p{N}]/u.test(lower.slice(end)))
        found.push({ start: at, end, group })
    }
    return found
  })
}

function scoresOf(mention: MentionToScore, options: FakeEngineOptions): MentionScores {
  const score = options.score ?? wordOverlap
  return {
    scores: Float32Array.from(mention.candidates, (candidate) => score(candidate, mention)),
    none: options.none?.(mention) ?? 1,
  }
}

function wordOverlap(candidate: CandidateToScore, mention: MentionToScore): number {
  const words = (text: string) => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])
  const [a, b] = [words(mention.mentionText), words(candidate.name)]
  const shared = [...a].filter((word) => b.has(word)).length
  return (4 * shared) / Math.max(1, a.size + b.size - shared) + (candidate.features[0] ?? 0)
}
