import type { MentionToRank, RankFocus, Ranking } from './rank.ts'
import type { Reranker } from './reranker.ts'

/** A ranker of a cascade and which mentions it gets. */
export interface CascadeStep {
  readonly reranker: Reranker
  /**
   * It gets those whose answer so far, "none of these" included, is less probable than this, 0 … 1, and those without
   * an answer; absent: only those without.
   */
  readonly ifBelow?: number | undefined
}

/** The ranking of a mention and who made it. */
export interface Answer {
  readonly ranking: Ranking
  readonly by: Reranker
}

/** Runs one ranker; `undefined` when it cannot say. */
export type AskReranker = (
  reranker: Reranker,
  mentions: readonly MentionToRank[],
  focus: RankFocus | undefined,
) => ReturnType<Reranker['rank']>

/** Where an answer of a cascade is wanted first. */
export interface CascadeFocus {
  readonly offset: number
  /** Gets, in the order of the text, the mentions nearest to the place and those between them that are ranked. */
  readonly onRanked: (nearest: readonly (readonly [MentionToRank, Answer])[]) => void
}

/**
 * Ranks mentions by several rankers, one after the other: each gets what those before it left uncertain. Its answer takes the
 * place of theirs. In the order of the mentions; `undefined` where nobody answered.
 */
export async function rankInCascade(
  steps: readonly CascadeStep[],
  mentions: readonly MentionToRank[],
  { ask, focus }: { readonly ask: AskReranker; readonly focus?: CascadeFocus | undefined },
): Promise<readonly (Answer | undefined)[]> {
  const answers: (Answer | undefined)[] = mentions.map(() => undefined)
  for (const { reranker, ifBelow = 0 } of steps) {
    const left = mentions.flatMap((one, i) => (isOpen(answers[i], ifBelow) ? { one, i } : []))
    if (left.length === 0) continue
    const asked = left.map(({ one, i }) => withPrevious(one, answers[i]))
    const indexOf = new Map(asked.map((one, at) => [one, left[at]?.i ?? 0]))
    const first = focus && {
      offset: focus.offset,
      onRanked: (nearest: readonly (readonly [MentionToRank, Ranking])[]) => {
        const known = [...answers]
        for (const [one, ranking] of nearest) known[indexOf.get(one) ?? 0] = { ranking, by: reranker }
        const indexes = nearest.map(([one]) => indexOf.get(one) ?? 0)
        focus.onRanked(between(mentions, known, indexes))
      },
    }
    const rankings = await ask(reranker, asked, first)
    rankings?.forEach((ranking, at) => {
      if (ranking) answers[left[at]?.i ?? 0] = { ranking, by: reranker }
    })
  }
  return answers
}

/** How probable the likeliest answer is, be it a candidate or "none of these". */
export function certaintyOf({ candidates, none }: Ranking): number {
  return Math.max(none, candidates[0]?.probability ?? 0)
}

const isOpen = (answer: Answer | undefined, ifBelow: number): boolean =>
  !answer || certaintyOf(answer.ranking) < ifBelow

const withPrevious = (one: MentionToRank, answer: Answer | undefined): MentionToRank =>
  answer ? { ...one, previous: answer.ranking } : one

/** The mentions from the first to the last of some that have an answer. */
function between(
  mentions: readonly MentionToRank[],
  answers: readonly (Answer | undefined)[],
  indexes: readonly number[],
): (readonly [MentionToRank, Answer])[] {
  const [first, last] = [Math.min(...indexes), Math.max(...indexes)]
  return mentions.flatMap((one, i) => {
    const answer = i >= first && i <= last ? answers[i] : undefined
    return answer ? [[one, answer] as const] : []
  })
}
