import { LRUCache } from 'lru-cache'
import {
  CancelledError,
  type LanguageModel,
  type LanguageModelUsage,
  type Link,
  type LinkedManuscript,
  type LinkedPassage,
  type Logger,
  type RankedCandidate,
} from '../core/index.ts'
import type { Linker, LinkOptions } from './linkerApi.ts'
import { decideMentions, MOST_OPTIONS, type Opinion } from './ranking/generative/index.ts'

/** When and how a language model is asked; see the settings `generative.…`. */
export interface AskingOptions {
  /** It is asked about mentions whose answer, "none of these" included, is less probable. */
  readonly below: number
  /** About so many mentions of a document at most: the least certain ones. */
  readonly mostMentions: number
  readonly nOrders: number
}

/** What {@link withLanguageModel} works with. */
export interface AskingParts {
  readonly model: LanguageModel
  readonly logger: Logger
  /** Told of every call. */
  readonly onUse?: (usage: LanguageModelUsage, ms: number) => void
  readonly nowMs?: () => number
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
export function withLanguageModel(linker: Linker, parts: AskingParts, options: AskingOptions): Linker {
  const { model, logger, onUse, nowMs = Date.now } = parts
  const kept = new LRUCache<string, { readonly opinion: Opinion | undefined }>({ max: OPINIONS_KEPT })
  let restUntilMs = -Infinity
  let isTold = false
  let isToldOfUnanswered = false

  /** Opinions on links of one passage. */
  async function opinionsOn(
    { passage }: LinkedPassage,
    links: readonly Link[],
    token: LinkOptions['token'],
  ): Promise<readonly (Opinion | undefined)[]> {
    const keys = links.map((link) => keyOf(passage.text, link))
    const unknown = links.filter((_, i) => !kept.has(keys[i] ?? ''))
    const startMs = nowMs()
    const asked = { model, nOrders: options.nOrders, seed: SEED, token }
    const { opinions, usage, unanswered } = await decideMentions(passage.text, unknown, asked)
    if (usage.calls > 0) onUse?.(usage, nowMs() - startMs)
    if (unanswered !== undefined && !isToldOfUnanswered) {
      isToldOfUnanswered = true
      logger.warn(
        `The language model could not be asked about some mentions, which keep their links: ${unanswered}`,
      )
    }
    opinions.forEach((opinion, i) => kept.set(keyOf(passage.text, unknown[i] as Link), { opinion }))
    return keys.map((key) => kept.get(key)?.opinion)
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
      if (error instanceof CancelledError) throw error
      restUntilMs = nowMs() + REST_MS
      const reason = error instanceof Error ? error.message : String(error)
      if (!isTold)
        logger.warn(`The language model does not answer, so links stay as they were without it: ${reason}`)
      isTold = true
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

  return {
    ...linker,
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
  { below, mostMentions }: AskingOptions,
): readonly (readonly [number, readonly Link[]])[] {
  const uncertain = passages.flatMap(({ links }, index) =>
    links
      .filter(
        ({ chosenBy, probability, candidates }) =>
          chosenBy !== 'author' && candidates.length > 0 && probability < below,
      )
      .map((link) => ({ index, link })),
  )
  const chosen = new Set(
    uncertain
      .toSorted((a, b) => a.link.probability - b.link.probability)
      .slice(0, mostMentions)
      .map(({ link }) => link),
  )
  return passages.flatMap(({ links }, index) => {
    const own = links.filter((link) => chosen.has(link))
    return own.length > 0 ? [[index, own] as const] : []
  })
}

/** Everything that the question about a link depends on. */
function keyOf(text: string, { mention: { span, expansion }, candidates }: Link): string {
  const shown = candidates
    .slice(0, MOST_OPTIONS)
    .map(({ id, matchedName, preferredName }) => [id, matchedName, preferredName])
  return JSON.stringify([text, span.start, span.end, expansion, shown])
}

/** The link with the model's probabilities of the candidates that it was shown. */
function withOpinion(link: Link, opinion: Opinion | undefined): Link {
  if (!opinion) return link
  const { candidates, mention, source } = link
  const judged = candidates
    .map((candidate, i): RankedCandidate => ({ ...candidate, probability: opinion.candidates[i] ?? 0 }))
    .sort((a, b) => b.probability - a.probability)
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
