import type {
  Candidate,
  Link,
  StageRecord,
  StageTraffic,
  TracedCandidate,
  TracedLink,
  TracedRanking,
  TracedRequest,
  TracedSpan,
} from '../core/index.ts'
import type { TextAnalysis } from '../inference/index.ts'
import type { Question } from './feedback.ts'
import type { Proposal } from './mentions/index.ts'
import type { MentionToRank, Ranking } from './ranking/index.ts'

/** Notes what goes into the stages of one passage and what comes out, while they work. */
export interface Recorder {
  /**
   * Runs a stage, and notes it, also when it fails: then `traffic` gets `undefined`. It is asked afterwards, so that it can
   * cost what it likes.
   */
  note<T>(
    name: string,
    call: () => T | undefined | Promise<T | undefined>,
    traffic: (answer: T | undefined) => StageTraffic,
  ): Promise<T | undefined>
  readonly records: readonly StageRecord[]
}

/**
 * @param nowMs of a monotonic clock
 * @param fromMs what went before it took so long
 */
export function createRecorder(nowMs: () => number, fromMs = 0): Recorder {
  const records: StageRecord[] = []
  const begin = nowMs() - fromMs
  return {
    records,
    async note<T>(
      name: string,
      call: () => T | undefined | Promise<T | undefined>,
      traffic: (answer: T | undefined) => StageTraffic,
    ) {
      const start = nowMs()
      let answer: T | undefined
      try {
        const called = call()
        // What has its answer at once is not kept waiting: others' work would be taken for its own.
        answer = called instanceof Promise ? await called : called
        return answer
      } finally {
        const ms = nowMs() - start
        records.push({ name, startMs: start - begin, ms, ...traffic(answer) })
      }
    },
  }
}

/** When the last of what was noted ended. */
export const endOf = ({ records }: Recorder): number =>
  Math.max(0, ...records.map(({ startMs, ms }) => startMs + ms))

/** The values of a passage's way as JSON can hold them, without what nobody reads. */
export const traced = {
  analysis: (analysis: TextAnalysis | undefined) =>
    analysis ? { nTokens: analysis.tokens.length, heads: analysis.heads.map(({ name }) => name) } : null,
  spans: (text: string, proposals: readonly Proposal[]): readonly TracedSpan[] =>
    proposals.map((one) => spanOf(text, one)),
  candidates: (found: readonly Candidate[]): readonly TracedCandidate[] =>
    found.map(({ id, matchedName, lexicalScore, denseScore, exact }) => ({
      id,
      name: matchedName,
      lexicalScore,
      denseScore,
      exact,
    })),
  requests: (mentions: readonly MentionToRank[]): readonly TracedRequest[] =>
    mentions.map(({ mention, lookedUp, candidates, previous }) => ({
      text: mention.text,
      lookedUp,
      nCandidates: candidates.length,
      ...(previous ? { previous: rankingOf(mention.text, previous) } : {}),
    })),
  asked: (questions: readonly Question[]): readonly TracedRequest[] => questions.map(askedOf),
  answers: (questions: readonly Question[], rankings: readonly (Ranking | undefined)[]) =>
    rankings.map((one, i) => (one ? rankingOf(questions[i]?.link.mention.text ?? '', one) : null)),
  rankings: (mentions: readonly MentionToRank[], rankings: readonly (Ranking | undefined)[]) =>
    rankings.map((one, i) => (one ? rankingOf(mentions[i]?.mention.text ?? '', one) : null)),
  links: (links: readonly Link[]): readonly TracedLink[] => links.map(linkOf),
}

function spanOf(text: string, one: Proposal): TracedSpan {
  const { start, end, origins, group, namedType, probability, rejection } = one
  return {
    start,
    end,
    text: text.slice(start, end),
    origins,
    ...(group === undefined ? {} : { group }),
    ...(namedType === undefined ? {} : { namedType }),
    ...(probability === undefined ? {} : { probability }),
    ...(rejection ? { rejection: rejection.kind } : {}),
  }
}

function rankingOf(text: string, { candidates, none }: Ranking): TracedRanking {
  const ranked = candidates.filter(({ probability }) => probability > 0)
  return {
    text,
    // Candidates of an abbreviation are all called alike: the preferred name tells which is which.
    candidates: ranked.map(({ id, preferredName, probability }) => ({
      id,
      name: preferredName,
      probability,
    })),
    none,
  }
}

/** A question as a ranker's request: what was said of its link before is its own answer. */
function askedOf({ link, nShown, written }: Question): TracedRequest {
  const { mention, candidates, chosen, probability } = link
  const rest = 1 - candidates.reduce((sum, one) => sum + one.probability, 0)
  const none = chosen === undefined ? probability : Math.max(0, rest)
  const found = written?.found.map(({ id, matchedName }) => ({ id, name: matchedName }))
  return {
    text: mention.text,
    lookedUp: mention.expansion ?? mention.text,
    nCandidates: nShown,
    previous: rankingOf(mention.text, { candidates, none }),
    ...(written && found ? { written: { names: written.names, found } } : {}),
  }
}

function linkOf({ mention, chosen, candidates, probability }: Link): TracedLink {
  const name = candidates.find(({ id }) => id === chosen)?.preferredName
  return {
    text: mention.text,
    ...(chosen === undefined ? {} : { id: chosen }),
    ...(name === undefined ? {} : { name }),
    probability,
  }
}
