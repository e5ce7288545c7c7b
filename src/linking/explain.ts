import type { Link, LinkedPassage, Passage, Span } from '../core/index.ts'
import { toSource } from '../document/index.ts'
import { groupLabel } from '../knowledge/index.ts'
import type { Pipeline } from '../pipeline/index.ts'
import { conceptFilter } from './candidates/index.ts'
import type { Explanation, ExplanationStep } from './explanation.ts'
import { wordsOf } from './mentions/index.ts'
import type { Proposal } from './mentions/index.ts'
import type { StageParts } from './stages.ts'

/** What is known about the word to explain; without `linked` the offset is not in prose. */
export interface WordToExplain {
  readonly pipeline: Pipeline
  /** In the passage's prose, UTF-16 units. */
  readonly offset?: number
  readonly linked?: LinkedPassage | undefined
  readonly proposals?: readonly Proposal[]
  readonly parts?: StageParts
}

/** Says which step decided whether a word is linked. */
export function explainWord(word: WordToExplain): Explanation {
  const { linked, offset = 0, proposals = [] } = word
  const found = linked && wordAt(linked.passage.text, offset)
  if (!linked || !found) return { word: '', steps: [NOT_PROSE] }
  const { passage, links } = linked
  const text = passage.text.slice(found.start, found.end)
  const source = toSource(passage, found)
  const link = links.find(({ mention }) => covers(mention.span, found))
  const proposed = proposals.filter((one) => covers(one, found))
  const rejected = proposed.filter(({ rejection }) => rejection !== undefined)
  // A mention by itself, but no link: the document took it away.
  const kept = link ? [] : proposed.filter(({ rejection }) => rejection === undefined)
  const steps = [
    ...rejected.map((one) => rejectionStep(passage, one)),
    ...kept.map((one) => rareStep(passage, one)),
    ...(link ? linkSteps(link, word.pipeline.filters) : []),
  ]
  if (!link && proposed.length === 0) steps.push(unproposed(text, source, word))
  return { word: text, source, steps, ...(link ? { link } : {}) }
}

const NOT_PROSE: ExplanationStep = {
  reason: 'not-prose',
  message: 'There is no word of prose here: markup, math, code, citations and comments are not linked.',
}

/** The word that holds the offset or ends at it. */
const wordAt = (text: string, offset: number): Span | undefined =>
  wordsOf(text).find(({ start, end }) => start <= offset && offset <= end)

const covers = (span: Span, word: Span): boolean => span.start < word.end && word.start < span.end

function rejectionStep(passage: Passage, one: Proposal): ExplanationStep {
  const source = toSource(passage, one)
  const text = passage.text.slice(one.start, one.end)
  const { rejection } = one
  switch (rejection?.kind) {
    case 'overlap': {
      const winner = passage.text.slice(rejection.winner.start, rejection.winner.end)
      return {
        reason: 'lost-to-overlap',
        source,
        message: `"${text}" gave way to the overlapping mention "${winner}".`,
      }
    }
    case 'unlikely':
      return {
        reason: 'unlikely-mention',
        source,
        message: `The model finds "${text}" unlikely to be a mention here: probability ${percent(rejection.probability)}, at least ${percent(rejection.threshold)} is needed.`,
      }
    case 'other-type':
      return {
        reason: 'other-type',
        source,
        message: `The model takes "${text}" for a mention of ${groupLabel(rejection.group)}, which is not among conceptLens.candidates.types.`,
      }
    case 'general-word':
    case undefined:
      return {
        reason: 'general-word',
        source,
        message: `"${text}" is a general word of papers, and those are not linked while conceptLens.generalWords is hide.`,
      }
  }
}

function rareStep(passage: Passage, one: Proposal): ExplanationStep {
  const text = passage.text.slice(one.start, one.end)
  return {
    reason: 'rare-mention',
    source: toSource(passage, one),
    message: `"${text}" looks like a mention here, but in most places of the document where these words stand it is none, so it is none here either.`,
  }
}

function linkSteps(link: Link, { minProbability }: Pipeline['filters']): ExplanationStep[] {
  const { mention, source } = link
  const steps: ExplanationStep[] = []
  if (mention.expansion !== undefined)
    steps.push({
      reason: 'linked',
      source,
      message: `"${mention.text}" was looked up as "${mention.expansion}", its long form in this document.`,
    })
  return [...steps, decidingStep(link, minProbability)]
}

function decidingStep(link: Link, minProbability: number): ExplanationStep {
  const { mention, source, chosen, probability } = link
  const name = link.candidates.find(({ id }) => id === chosen)?.preferredName ?? chosen ?? ''
  const found = mention.origins.includes('document')
    ? 'It was found because the same words are a mention in most places of the document.'
    : `Found by: ${mention.origins.join(', ')}.`
  if (link.chosenBy === 'author')
    return {
      reason: 'author',
      source,
      message:
        chosen === undefined
          ? `You decided that "${mention.text}" is not a concept.`
          : `You linked "${mention.text}" to ${name} (${chosen}).`,
    }
  if (link.candidates.length === 0)
    return {
      reason: 'no-name',
      source,
      message: `The knowledge base has no name like "${mention.text}". ${found}`,
    }
  if (chosen === undefined)
    return {
      reason: 'ranked-none',
      source,
      message: `None of the ${String(link.candidates.length)} candidates for "${mention.text}" fits: "none of these" has probability ${percent(probability)}. ${found}`,
    }
  if (probability < minProbability)
    return {
      reason: 'not-shown',
      source,
      message: `"${mention.text}" is linked to ${name} (${chosen}) with probability ${percent(probability)}, below the ${percent(minProbability)} from which links are shown.`,
    }
  return {
    reason: 'linked',
    source,
    message: `"${mention.text}" is linked to ${name} (${chosen}) with probability ${percent(probability)}. ${found}`,
  }
}

function unproposed(text: string, source: Span, { parts, pipeline }: WordToExplain): ExplanationStep {
  const names = parts?.knowledgeBase.exact(text) ?? []
  const first = names[0]
  if (!first)
    return {
      reason: 'no-name',
      source,
      message: `The knowledge base has no name "${text}", and no detector took it for a mention.`,
    }
  const accepts = parts && conceptFilter(parts.knowledgeBase, pipeline.filters)
  if (accepts && !names.some(({ concept }) => accepts(concept)))
    return {
      reason: 'other-type',
      source,
      message: `The knowledge base has the name "${first.name}", but of no concept that conceptLens.candidates.types and conceptLens.candidates.sources allow.`,
    }
  return {
    reason: 'case-differs',
    source,
    message: `The knowledge base has the name "${first.name}", but "${text}" makes no mention of its own: it is written in another case, names a general idea, was rarely annotated, or is a common word, a number, a unit or a piece of a longer word.`,
  }
}

const percent = (probability: number): string =>
  `${(100 * probability).toFixed(probability < 0.995 ? 0 : 1)} %`

/** What a language model was asked about a link, and what became of it. */
export interface Asking {
  /** The model's name. */
  readonly model: string
  /** Other names that it wrote; `undefined` when none were asked for. */
  readonly names: readonly string[] | undefined
}

/** Says why a language model was asked, which names it wrote, and what it chose. */
export function wordsOnAsking(before: Link, after: Link, { model, names }: Asking): string {
  const why =
    before.candidates.length === 0
      ? `Nothing was found for "${before.mention.text}"`
      : `The answer ${answerOf(before)} was uncertain (${percent(before.probability)})`
  const wrote =
    names === undefined
      ? ''
      : names.length === 0
        ? ' and wrote no other names'
        : ` and wrote other names to look up (${names.map((name) => `“${name}”`).join(', ')})`
  const verdict =
    before === after
      ? 'the link stayed as it was'
      : before.chosen === after.chosen
        ? `it agreed (${percent(after.probability)})`
        : `it chose ${answerOf(after)} (${percent(after.probability)})`
  return `${why}, so the language model ${model} was asked${wrote}; ${verdict}.`
}

function answerOf({ chosen, candidates }: Link): string {
  if (chosen === undefined) return '“none of these”'
  return candidates.find(({ id }) => id === chosen)?.preferredName ?? chosen
}
