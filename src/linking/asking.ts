import { LRUCache } from 'lru-cache'
import {
  addUsage,
  NO_USAGE,
  type CancellationToken,
  type KnowledgeBase,
  type LanguageModel,
  type LanguageModelUsage,
  type Link,
  type Logger,
  type RankedCandidate,
} from '../core/index.ts'
import type { GenerativeOptions } from '../pipeline/index.ts'
import { createFeedback, shownIn, type AskingForNames, type Question } from './feedback.ts'
import type { Linker } from './linkerApi.ts'
import { decideMentions, type Opinion } from './ranking/generative/index.ts'
import type { Ranking } from './ranking/index.ts'

/** A language model that may be asked. */
export interface AskedModel {
  readonly model: LanguageModel
  /** Told of every call. */
  readonly onUse?: (usage: LanguageModelUsage, ms: number) => void
}

/** What {@link createAsking} works with. */
export interface AskingParts extends AskedModel {
  readonly knowledgeBase: KnowledgeBase
  readonly logger: Logger
  readonly nowMs: () => number
}

/** Asks a language model about links of one text. All reject as the model does. */
export interface Asking {
  /** Puts questions together; with feedback the model writes names for them. */
  questionsOf(
    text: string,
    links: readonly Link[],
    asking?: Omit<AskingForNames, 'onUse'>,
  ): Promise<readonly Question[]>
  /** What the model says of each question, whatever it was asked before; `undefined` where it said nothing of the options. */
  decide(
    text: string,
    questions: readonly Question[],
    token?: CancellationToken,
  ): Promise<readonly (Ranking | undefined)[]>
  /** The links with the model's answers, in their order; as they were where it said nothing of their options. Kept by question. */
  answer(text: string, links: readonly Link[], token?: CancellationToken): Promise<readonly Link[]>
  /** The names that were written for a link; `undefined` when none were asked for, or it is long ago. */
  namesOf(text: string, link: Link): readonly string[] | undefined
}

const OPINIONS_KEPT = 5000
/** The orders but the first are the same in every session. */
const SEED = 1

/**
 * Makes what asks a language model, counts what that costs, and keeps its answers.
 * @param linker whose links are asked about
 */
export function createAsking(
  linker: Pick<Linker, 'pipeline' | 'retrieve'>,
  parts: AskingParts,
  options: GenerativeOptions,
): Asking {
  const { model, knowledgeBase, logger, onUse, nowMs } = parts
  const kept = new LRUCache<string, { readonly opinion: Opinion | undefined }>({ max: OPINIONS_KEPT })
  const feedback = createFeedback(
    {
      ...{ model, knowledgeBase, nKept: linker.pipeline.candidates.kept },
      lookUp: (text, token) => linker.retrieve(text, token),
      onUnanswered: tellOnce(
        logger,
        (reason) => `The language model could not be asked for other names of some mentions: ${reason}`,
      ),
    },
    options,
  )
  const tellUnanswered = tellOnce(
    logger,
    (reason) =>
      `The language model could not be asked about some mentions, which keep their links: ${reason}`,
  )

  /** Counts what some asking costs, also when it fails in the midst of it. */
  async function counted<T>(asking: (onUse: (usage: LanguageModelUsage) => void) => Promise<T>): Promise<T> {
    const startMs = nowMs()
    let spent = NO_USAGE
    try {
      return await asking((usage) => (spent = addUsage(spent, usage)))
    } finally {
      if (spent.calls > 0) onUse?.(spent, nowMs() - startMs)
    }
  }

  /** Questions about links of one text, with what the model writes for them. */
  const questionsOf = (
    text: string,
    links: readonly Link[],
    asking: Omit<AskingForNames, 'onUse'> = {},
  ): Promise<readonly Question[]> =>
    counted((count) => feedback.questionsOf(text, links, { ...asking, onUse: count }))

  async function opinionsOf(
    text: string,
    questions: readonly Question[],
    token?: CancellationToken,
  ): Promise<readonly (Opinion | undefined)[]> {
    const mentions = questions.map((one) => ({ mention: one.link.mention, candidates: shownIn(one) }))
    const asked = { model, nOrders: options.orders, seed: SEED, token }
    const decided = await counted(async (count) => {
      const answer = await decideMentions(text, mentions, asked)
      count(answer.usage)
      return answer
    })
    if (decided.unanswered !== undefined) tellUnanswered(decided.unanswered)
    return decided.opinions
  }

  async function keptOpinions(
    text: string,
    questions: readonly Question[],
    token?: CancellationToken,
  ): Promise<readonly (Opinion | undefined)[]> {
    const keys = questions.map((one) => keyOf(text, one))
    const unknown = questions.flatMap((question, i) =>
      kept.has(keys[i] ?? '') ? [] : { question, key: keys[i] ?? '' },
    )
    const opinions = await opinionsOf(
      text,
      unknown.map(({ question }) => question),
      token,
    )
    opinions.forEach((opinion, i) => kept.set(unknown[i]?.key ?? '', { opinion }))
    return keys.map((key) => kept.get(key)?.opinion)
  }

  return {
    questionsOf,
    async decide(text, questions, token) {
      const opinions = await opinionsOf(text, questions, token)
      return opinions.map((opinion, i) => rankingOf(opinion, questions[i]))
    },
    async answer(text, links, token) {
      const questions = await questionsOf(text, links, { token })
      const opinions = await keptOpinions(text, questions, token)
      return questions.map((question, i) => answered(question, opinions[i]))
    },
    namesOf: (text, link) => feedback.namesOf(text, link),
  }
}

/** Everything that the answer to a question depends on. */
function keyOf(text: string, question: Question): string {
  const { span, expansion } = question.link.mention
  const options = shownIn(question).map(({ id, matchedName, preferredName }) => [
    id,
    matchedName,
    preferredName,
  ])
  return JSON.stringify([text, span.start, span.end, expansion, options])
}

/** What an opinion on a question is as a ranking. */
const rankingOf = (opinion: Opinion | undefined, question: Question | undefined): Ranking | undefined =>
  opinion && { candidates: judgedBy(opinion, question?.candidates ?? []), none: opinion.none }

/** The candidates with the model's probabilities, best first. */
function judgedBy(opinion: Opinion, candidates: readonly RankedCandidate[]): readonly RankedCandidate[] {
  return candidates
    .map((candidate, i) => ({ ...candidate, probability: opinion.candidates[i] ?? 0 }))
    .sort((a, b) => b.probability - a.probability)
}

/** The link with the model's probabilities of the candidates that it was shown; as it was, where it said nothing of them. */
function answered(question: Question, opinion: Opinion | undefined): Link {
  const { mention, source } = question.link
  if (!opinion) return question.link
  const judged = judgedBy(opinion, question.candidates)
  const [best] = judged
  const chosen = best && best.probability >= opinion.none ? best : undefined
  return {
    ...{ mention, source, candidates: judged, chosenBy: 'language-model' },
    probability: chosen?.probability ?? opinion.none,
    ...(chosen ? { chosen: chosen.id } : {}),
  }
}

/** Warns once, whatever is told afterwards. */
function tellOnce(logger: Logger, words: (reason: string) => string): (reason: string) => void {
  let isTold = false
  return (reason) => {
    if (!isTold) logger.warn(words(reason))
    isTold = true
  }
}
