import { LRUCache } from 'lru-cache'
import type {
  CancellationToken,
  Candidate,
  KnowledgeBase,
  LanguageModel,
  LanguageModelUsage,
  Link,
  RankedCandidate,
} from '../core/index.ts'
import type { GenerativeOptions } from '../pipeline/index.ts'
import { candidateAsOf } from './candidates/index.ts'
import { namesPrompt, readNames, tokensFor } from './ranking/generative/index.ts'

/** Finds concepts for a text as the layers of a pipeline do, best first. */
export type LookUp = (text: string, token?: CancellationToken) => Promise<readonly Candidate[]>

/** What a language model wrote about a link's mention, and what that led to. */
export interface WrittenNames {
  readonly names: readonly string[]
  /** Concepts that got a place among the options by them, best first. */
  readonly found: readonly RankedCandidate[]
}

/** A link that a language model is asked about, with its options. */
export interface Question {
  readonly link: Link
  /** Best first: the options, and then what is kept for people. */
  readonly candidates: readonly RankedCandidate[]
  /** How many of the candidates are options. */
  readonly nShown: number
  /** Absent when no names were asked for. */
  readonly written?: WrittenNames
}

/** What {@link createFeedback} works with. */
export interface FeedbackParts {
  readonly model: LanguageModel
  readonly knowledgeBase: KnowledgeBase
  readonly lookUp: LookUp
  /** How many candidates of a mention are kept for people. */
  readonly nKept: number
  /** Told why the model could not be asked for names of some mention. */
  readonly onUnanswered: (reason: string) => void
}

/** How {@link Feedback.questionsOf} asks. */
export interface AskingForNames {
  readonly token?: CancellationToken | undefined
  /** Told of every call. */
  readonly onUse: (usage: LanguageModelUsage) => void
  /** Asks also for what was asked before. */
  readonly isAnew?: boolean
}

/** Puts questions about links together. */
export interface Feedback {
  /** In the order of the links. @throws what the model rejects with */
  questionsOf(text: string, links: readonly Link[], asking: AskingForNames): Promise<readonly Question[]>
  /** The names that were written for a link of a text; `undefined` when none were asked for, or it is long ago. */
  namesOf(text: string, link: Link): readonly string[] | undefined
}

const ANSWERS_KEPT = 5000
/** Of what is found for a name the first ones count; further ones are ever less like it. */
const FOUND_A_NAME = 5

/**
 * Generative relevance feedback (Mackie, Chatterjee, Dalton: Generative relevance feedback with large language models, SIGIR 2023): a
 * language model writes other names of a mention, these are looked up by the layers of the pipeline, and the concepts that they lead
 * to join the options. Names are kept by what was asked. Without feedback the options are the first candidates.
 */
export function createFeedback(
  parts: FeedbackParts,
  { feedback: nNames, candidates: most }: GenerativeOptions,
): Feedback {
  const { model, knowledgeBase, lookUp, nKept, onUnanswered } = parts
  const kept = new LRUCache<string, readonly string[]>({ max: ANSWERS_KEPT })

  async function write(text: string, { mention }: Link, asking: AskingForNames): Promise<readonly string[]> {
    const prompt = namesPrompt(text, mention, nNames)
    const written = await model.write(prompt, tokensFor(nNames), asking.token)
    asking.onUse(written.usage)
    if (written.unanswered !== undefined) onUnanswered(written.unanswered)
    return readNames(written, { mention, most: nNames })
  }

  async function namesFor(text: string, link: Link, asking: AskingForNames): Promise<readonly string[]> {
    const key = keyOf(text, link)
    const known = asking.isAnew === true ? undefined : kept.get(key)
    const names = known ?? (await write(text, link, asking))
    kept.set(key, names)
    return names
  }

  /** The concepts that names lead to, as if they had been looked up for the mention itself. */
  async function foundBy(
    names: readonly string[],
    { mention, candidates }: Link,
    token: CancellationToken | undefined,
  ): Promise<readonly RankedCandidate[]> {
    const lists = await Promise.all(names.map((name) => lookUp(name, token)))
    const own = new Map(candidates.map((one) => [one.id, one]))
    const lookedUp = mention.expansion ?? mention.text
    return byReciprocalRank(lists.map((list) => list.slice(0, FOUND_A_NAME))).map(
      (found) =>
        own.get(found[0].id) ?? {
          ...candidateAsOf(knowledgeBase, lookedUp, {
            ref: found[0].concept,
            names: found.map(({ matchedName }) => matchedName),
          }),
          probability: 0,
        },
    )
  }

  async function questionOf(text: string, link: Link, asking: AskingForNames): Promise<Question> {
    const { candidates } = link
    if (nNames === 0) return withoutNames(link, most)
    const names = await namesFor(text, link, asking)
    const { options, found } = joined(candidates, await foundBy(names, link, asking.token), most)
    const isShown = new Set(options.map(({ id }) => id))
    const all = [...options, ...candidates.filter(({ id }) => !isShown.has(id))]
    const nAll = Math.max(nKept, candidates.length, options.length)
    return { link, candidates: all.slice(0, nAll), nShown: options.length, written: { names, found } }
  }

  return {
    async questionsOf(text, links, asking) {
      const questions: Question[] = []
      // One after the other, so that what prompts begin with is read once.
      for (const link of links) questions.push(await questionOf(text, link, asking))
      return questions
    },
    namesOf: (text, link) => kept.get(keyOf(text, link)),
  }
}

/** A link with its first candidates as options. */
export const withoutNames = (link: Link, most: number): Question => ({
  ...{ link, candidates: link.candidates },
  nShown: Math.min(most, link.candidates.length),
})

/** The options of a question. */
export const shownIn = ({ candidates, nShown }: Question): readonly RankedCandidate[] =>
  candidates.slice(0, nShown)

/**
 * The options: the first candidates keep half of the places. What was found takes the others, and what it leaves is for the candidates
 * that come next, so that the last of them give way.
 */
function joined(
  candidates: readonly RankedCandidate[],
  found: readonly RankedCandidate[],
  most: number,
): { readonly options: readonly RankedCandidate[]; readonly found: readonly RankedCandidate[] } {
  const first = candidates.slice(0, Math.ceil(most / 2))
  const isIn = new Set(first.map(({ id }) => id))
  const added = found.filter(({ id }) => !isIn.has(id)).slice(0, most - first.length)
  for (const { id } of added) isIn.add(id)
  const next = candidates.filter(({ id }) => !isIn.has(id))
  return { options: [...first, ...added, ...next].slice(0, most), found: added }
}

/**
 * The concepts of several lists, by the sum of their reciprocal ranks (the first of a list counts 1, the second 1/2); each with what the
 * lists have of it, best first. Among equals the one that comes first in the lists.
 */
function byReciprocalRank(
  lists: readonly (readonly Candidate[])[],
): readonly (readonly [Candidate, ...Candidate[]])[] {
  const concepts = new Map<string, { score: number; found: [Candidate, ...Candidate[]] }>()
  for (const list of lists)
    for (const [rank, one] of list.entries()) {
      const known = concepts.get(one.id)
      if (known) known.found.push(one)
      concepts.set(one.id, {
        score: (known?.score ?? 0) + 1 / (rank + 1),
        found: known?.found ?? [one],
      })
    }
  return [...concepts.values()].sort((a, b) => b.score - a.score).map(({ found }) => found)
}

/** Everything that the names written for a link depend on, besides the model and how many are asked for. */
const keyOf = (text: string, { mention: { span, expansion } }: Link): string =>
  JSON.stringify([text, span.start, span.end, expansion])
