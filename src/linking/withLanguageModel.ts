import { LRUCache } from 'lru-cache'
import {
  CancelledError,
  type LanguageModel,
  type LanguageModelUsage,
  type Link,
  type LinkedManuscript,
  type LinkedPassage,
  type Logger,
  type PassageTrace,
  type RankedCandidate,
} from '../core/index.ts'
import type { GenerativeOptions } from '../pipeline/index.ts'
import type { Linker, LinkOptions } from './linkerApi.ts'
import { decideMentions, type Decided, type Opinion } from './ranking/generative/index.ts'
import type { MentionToRank } from './ranking/index.ts'
import { createRecorder, endOf, traced } from './trace.ts'

/** A language model that may be asked. */
export interface AskedModel {
  readonly model: LanguageModel
  /** Told of every call. */
  readonly onUse?: (usage: LanguageModelUsage, ms: number) => void
}

/** What {@link withLanguageModel} works with. */
export interface AskingParts extends AskedModel {
  readonly logger: Logger
  readonly nowMs: () => number
}

const OPINIONS_KEPT = 5000
/** A model that failed is left alone for so long. */
const REST_MS = 60_000
/** The orders but the first are the same in every session. */
const SEED = 1

/**
 * A linker that asks a language model about the mentions that another one leaves uncertain. The other's links are shown first;
 * answers take their place passage by passage. Which mentions are asked about depends on the document alone, and answers are kept
 * by their question, so that linking after an edit equals linking from scratch. When the model fails, the other's links stay.
 */
export function withLanguageModel(linker: Linker, parts: AskingParts, options: GenerativeOptions): Linker {
  const { model, logger, onUse, nowMs } = parts
  const kept = new LRUCache<string, { readonly opinion: Opinion | undefined }>({ max: OPINIONS_KEPT })
  let restUntilMs = -Infinity
  let isTold = false
  let isToldOfUnanswered = false

  const shownOf = ({ candidates }: Link): readonly RankedCandidate[] =>
    candidates.slice(0, options.candidates)

  async function askAbout(
    text: string,
    links: readonly Link[],
    token: LinkOptions['token'],
  ): Promise<Decided> {
    const startMs = nowMs()
    const mentions = links.map((link) => ({ mention: link.mention, candidates: shownOf(link) }))
    const asked = { model, nOrders: options.orders, seed: SEED, token }
    const decided = await decideMentions(text, mentions, asked)
    const { usage, unanswered } = decided
    if (usage.calls > 0) onUse?.(usage, nowMs() - startMs)
    if (unanswered !== undefined && !isToldOfUnanswered) {
      isToldOfUnanswered = true
      logger.warn(
        `The language model could not be asked about some mentions, which keep their links: ${unanswered}`,
      )
    }
    return decided
  }

  /** Opinions on links of one passage. */
  async function opinionsOn(
    { passage: { text } }: LinkedPassage,
    links: readonly Link[],
    token: LinkOptions['token'],
  ): Promise<readonly (Opinion | undefined)[]> {
    const keys = links.map((link) => keyOf(text, link, shownOf(link)))
    const unknown = links.flatMap((link, i) => (kept.has(keys[i] ?? '') ? [] : { link, key: keys[i] ?? '' }))
    const { opinions } = await askAbout(
      text,
      unknown.map(({ link }) => link),
      token,
    )
    opinions.forEach((opinion, i) => kept.set(unknown[i]?.key ?? '', { opinion }))
    return keys.map((key) => kept.get(key)?.opinion)
  }

  /** Leaves the model alone for a while. @throws what says that somebody cancelled */
  function rest(error: unknown): void {
    if (error instanceof CancelledError) throw error
    restUntilMs = nowMs() + REST_MS
    const reason = error instanceof Error ? error.message : String(error)
    if (!isTold)
      logger.warn(`The language model does not answer, so links stay as they were without it: ${reason}`)
    isTold = true
  }

  /** The passage with the model's answers; as it is while the model does not answer. */
  async function decided(
    linked: LinkedPassage,
    links: readonly Link[],
    token: LinkOptions['token'],
  ): Promise<LinkedPassage> {
    if (nowMs() < restUntilMs) return linked
    try {
      const opinions = await opinionsOn(linked, links, token)
      isTold = false
      const answers = new Map(links.map((link, i) => [link, opinions[i]]))
      return { ...linked, links: linked.links.map((link) => withOpinion(link, answers.get(link))) }
    } catch (error) {
      rest(error)
      return linked
    }
  }

  async function ask(linked: LinkedManuscript, { token, onPassage }: LinkOptions): Promise<LinkedManuscript> {
    const passages = [...linked.passages]
    for (const [index, links] of leastCertain(passages, options)) {
      const before = passages[index] as LinkedPassage
      const after = await decided(before, links, token)
      if (after === before) continue
      passages[index] = after
      onPassage?.(index, () => [...passages])
    }
    return { ...linked, passages }
  }

  /** The way of a passage with what the model is asked in it, once more if need be. */
  async function askOnTheWay(
    way: PassageTrace,
    { passages }: LinkedManuscript,
    token: LinkOptions['token'],
  ): Promise<PassageTrace> {
    const isHere = ({ passage: { file, source } }: LinkedPassage): boolean =>
      file === way.file && source.start === way.source.start
    const index = passages.findIndex(isHere)
    const links = leastCertain(passages, options).find(([at]) => at === index)?.[1] ?? []
    const requests = links.map((link) => requestOf(link, shownOf(link)))
    const recorder = createRecorder(nowMs, way.ms)
    await recorder.note(
      options.kind,
      () => askAbout(way.text, links, token).catch(rest),
      (decided) => ({
        kind: 'ask',
        input: traced.requests(requests),
        output: decided ? traced.rankings(requests, decided.opinions.map(rankingIn(links))) : null,
      }),
    )
    return { ...way, stages: [...way.stages, ...recorder.records], ms: endOf(recorder) }
  }

  return {
    ...linker,
    async trace(manuscript, file, offset, given = {}) {
      const way = await linker.trace(manuscript, file, offset, given)
      return way && askOnTheWay(way, await linker.link(manuscript, given), given.token)
    },
    async link(manuscript, given = {}) {
      return ask(await linker.link(manuscript, given), given)
    },
    async explain(manuscript, file, offset, given = {}) {
      const explained = await linker.explain(manuscript, file, offset, given)
      const first = await linker.link(manuscript, given)
      const second = await ask(first, given)
      const [before, after] = [first, second].map((one) => linkAt(one, file, offset))
      if (!before || !after || before === after) return explained
      const step = { reason: 'asked-language-model' as const, message: wordsOn(before, after, model.name) }
      return { ...explained, steps: [...explained.steps, step] }
    },
  }
}

/** The links to ask about, by passage, in the order of the document. */
function leastCertain(
  passages: readonly LinkedPassage[],
  { ifBelow, atMost }: GenerativeOptions,
): readonly (readonly [number, readonly Link[]])[] {
  const uncertain = passages.flatMap(({ links }, index) =>
    links
      .filter(
        ({ chosenBy, probability, candidates }) =>
          chosenBy !== 'author' && candidates.length > 0 && probability < ifBelow,
      )
      .map((link) => ({ index, link })),
  )
  const chosen = new Set(
    uncertain
      .toSorted((a, b) => a.link.probability - b.link.probability)
      .slice(0, atMost)
      .map(({ link }) => link),
  )
  return passages.flatMap(({ links }, index) => {
    const own = links.filter((link) => chosen.has(link))
    return own.length > 0 ? [[index, own] as const] : []
  })
}

/** Everything that the question about a link depends on. */
function keyOf(
  text: string,
  { mention: { span, expansion } }: Link,
  shown: readonly RankedCandidate[],
): string {
  const options = shown.map(({ id, matchedName, preferredName }) => [id, matchedName, preferredName])
  return JSON.stringify([text, span.start, span.end, expansion, options])
}

/** A link as a ranker's request: what was said of it before is its own answer. */
function requestOf({ mention, candidates, chosen, probability }: Link, shown: readonly RankedCandidate[]) {
  const rest = 1 - candidates.reduce((sum, one) => sum + one.probability, 0)
  const previous = { candidates, none: chosen === undefined ? probability : Math.max(0, rest) }
  const lookedUp = mention.expansion ?? mention.text
  return { mention, lookedUp, candidates: shown, previous } satisfies MentionToRank
}

/** What opinions on links are as rankings. */
const rankingIn = (links: readonly Link[]) => (opinion: Opinion | undefined, i: number) =>
  opinion && { candidates: judgedBy(opinion, links[i]?.candidates ?? []), none: opinion.none }

/** The candidates with the model's probabilities, best first. */
function judgedBy(opinion: Opinion, candidates: readonly RankedCandidate[]): readonly RankedCandidate[] {
  return candidates
    .map((candidate, i) => ({ ...candidate, probability: opinion.candidates[i] ?? 0 }))
    .sort((a, b) => b.probability - a.probability)
}

/** The link with the model's probabilities of the candidates that it was shown. */
function withOpinion(link: Link, opinion: Opinion | undefined): Link {
  if (!opinion) return link
  const { candidates, mention, source } = link
  const judged = judgedBy(opinion, candidates)
  const [best] = judged
  const chosen = best && best.probability >= opinion.none ? best : undefined
  return {
    ...{ mention, source, candidates: judged, chosenBy: 'model' },
    probability: chosen?.probability ?? opinion.none,
    ...(chosen ? { chosen: chosen.id } : {}),
  }
}

function linkAt({ passages }: LinkedManuscript, file: string, offset: number): Link | undefined {
  const links = passages.flatMap(({ passage, links: own }) => (passage.file === file ? own : []))
  return links.find(({ source }) => source.start <= offset && offset <= source.end)
}

function wordsOn(before: Link, after: Link, model: string): string {
  const nameOf = ({ chosen, candidates }: Link): string =>
    chosen === undefined
      ? '“none of these”'
      : (candidates.find(({ id }) => id === chosen)?.preferredName ?? chosen)
  const percent = ({ probability }: Link): string => `${Math.round(100 * probability)} %`
  const verdict = before.chosen === after.chosen ? 'agreed' : `chose ${nameOf(after)}`
  return `The answer ${nameOf(before)} was uncertain (${percent(before)}), so the language model ${model} was asked; it ${verdict} (${percent(after)}).`
}
