import {
  CancelledError,
  type Link,
  type LinkedManuscript,
  type LinkedPassage,
  type PassageTrace,
} from '../core/index.ts'
import type { GenerativeOptions } from '../pipeline/index.ts'
import { createAsking, type AskingParts } from './asking.ts'
import { wordsOnAsking } from './explain.ts'
import type { ExplanationStep } from './explanation.ts'
import { withoutNames, type Question } from './feedback.ts'
import type { Linker, LinkOptions } from './linkerApi.ts'
import { createRecorder, endOf, traced } from './trace.ts'

/** A model that failed is left alone for so long. */
const REST_MS = 60_000

/**
 * A linker that asks a language model about the mentions that another one leaves uncertain. The other's links are shown first;
 * answers take their place passage by passage. With feedback the model first writes other names, which bring more candidates. Which
 * mentions are asked about depends on the document alone, and answers are kept by their question, so that linking after an edit
 * equals linking from scratch. When the model fails, the other's links stay.
 */
export function withLanguageModel(linker: Linker, parts: AskingParts, options: GenerativeOptions): Linker {
  const { model, logger, nowMs } = parts
  const asking = createAsking(linker, parts, options)
  let restUntilMs = -Infinity
  let isTold = false

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
      const answers = await asking.answer(linked.passage.text, links, token)
      isTold = false
      const after = new Map(links.map((link, i) => [link, answers[i]]))
      return { ...linked, links: linked.links.map((link) => after.get(link) ?? link) }
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
    let questions: readonly Question[] = links.map((link) => withoutNames(link, options.candidates))
    const recorder = createRecorder(nowMs, way.ms)
    await recorder.note(
      options.kind,
      async () => {
        try {
          questions = await asking.questionsOf(way.text, links, { token, isAnew: true })
          return await asking.decide(way.text, questions, token)
        } catch (error) {
          rest(error)
          return undefined
        }
      },
      (rankings) => ({
        kind: 'ask',
        input: traced.asked(questions),
        output: rankings ? traced.answers(questions, rankings) : null,
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
      const isAsked = leastCertain(first.passages, options).some(([, links]) =>
        links.some((link) => link === before?.link),
      )
      if (!before || !after || !isAsked) return explained
      const names = asking.namesOf(before.text, before.link)
      if (before.link === after.link && names === undefined) return explained
      const message = wordsOnAsking(before.link, after.link, { model: model.name, names })
      const step = { reason: 'asked-language-model' as const, message }
      return { ...explained, steps: [...explained.steps.map(asFirstAnswer), step] }
    },
  }
}

/**
 * The links to ask about, by passage, in the order of the document: the least certain, and where other names may lead to candidates,
 * after them those that have none.
 */
function leastCertain(
  passages: readonly LinkedPassage[],
  { ifBelow, atMost, feedback }: GenerativeOptions,
): readonly (readonly [number, readonly Link[]])[] {
  const uncertain = passages.flatMap(({ links }, index) =>
    links
      .filter(
        ({ chosenBy, probability, candidates }) =>
          chosenBy !== 'author' && (candidates.length > 0 ? probability < ifBelow : feedback > 0),
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

/** The last step is what the linker alone decided; a language model had a word after it. */
const asFirstAnswer = (
  step: ExplanationStep,
  i: number,
  { length }: readonly ExplanationStep[],
): ExplanationStep =>
  i < length - 1 ? step : { ...step, message: `Without the language model: ${step.message}` }

interface LinkInPlace {
  readonly link: Link
  readonly text: string
}

function linkAt({ passages }: LinkedManuscript, file: string, offset: number): LinkInPlace | undefined {
  return passages
    .filter(({ passage }) => passage.file === file)
    .flatMap(({ passage: { text }, links }) => links.map((link) => ({ link, text })))
    .find(({ link: { source } }) => source.start <= offset && offset <= source.end)
}
