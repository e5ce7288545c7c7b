import { bootstrapInterval, type DocumentSum, type Interval } from './bootstrap.ts'
import type { Corpus, GoldMention } from './corpora.ts'
import type { LinkedGold } from './disambiguation.ts'
import {
  calibrationError,
  precisionRecall,
  reliability,
  share,
  type PrecisionRecall,
  type ReliabilityBin,
} from './metrics.ts'
import { mistakesAmong, type Mistake } from './mistakes.ts'

/** Ranks at which the recall of retrieval is told. */
const RECALL_AT = [1, 5, 10, 20, 64]

/** Figures of one stratum of mentions. */
export interface StratumFigures {
  readonly n: number
  readonly nInKb: number
  readonly accuracyAt1: number
  readonly accuracyAt1InKb: number
  readonly recallAt: Readonly<Record<string, number>>
}

/** Figures of the mentions that training corpora have the like of, and of the others. */
export interface SeenAndUnseen {
  readonly seen: StratumFigures
  readonly unseen: StratumFigures
}

/**
 * By what of a mention training corpora have: its surface form, whatever its case; the form with one of its gold ids, by which published
 * "unseen" splits are made (BeLink: SIGIR 2026); one of its gold ids, by whatever name.
 */
export type Strata = Readonly<Record<'forms' | 'pairs' | 'concepts', SeenAndUnseen>>

/**
 * How well the concepts of given mentions are found. Shares, 0 … 1.
 * `accuracyAt1` asks for the best candidate; "none of these" is judged by `nil` and `calibrationError` only.
 */
export interface DisambiguationFigures extends StratumFigures {
  /** Share of mentions whose concept is among the first k of retrieval, before the model ranks. */
  readonly recallAt: Readonly<Record<string, number>>
  /** The same among mentions whose concept the knowledge base has. */
  readonly recallAtInKb: Readonly<Record<string, number>>
  /** `accuracyAt1` less `recallAt["1"]`: what ranking adds to the best order of retrieval. */
  readonly gainOverRetrieval: number
  /** 95 % bootstrap intervals over documents; absent without mentions. */
  readonly intervals?: { readonly accuracyAt1: Interval; readonly gainOverRetrieval: Interval }
  /** "None of these" for mentions without a gold id or whose concept the knowledge base lacks. */
  readonly nil: PrecisionRecall
  /**
   * Of the probability of what was chosen, in 15 bins of equal width; lower is better. "None of these" says that no
   * candidate that was ranked is the concept, and is right when that is so, also when retrieval missed the concept.
   */
  readonly calibrationError: number
  /** The bins. */
  readonly reliability: readonly ReliabilityBin[]
  /** What is wrong with answers, by cause. */
  readonly mistakes: readonly Mistake[]
  /** Only when training corpora were named. */
  readonly strata?: Strata
  /** Mentions without a gold id. */
  readonly nWithoutId: number
  /** Mentions with several gold ids, any of which is right. */
  readonly nComposite: number
  /** Mentions one of whose ids several concepts claim; any of them is right. */
  readonly nAmbiguous: number
  /** Mentions whose right concept stands for several ids of the gold vocabulary. */
  readonly nMerged: number
}

/** Adds up how given mentions were linked. */
export function disambiguationFigures(
  linked: readonly LinkedGold[],
  {
    seen,
    nExamples = 0,
  }: { readonly seen?: readonly Corpus[] | undefined; readonly nExamples?: number | undefined } = {},
): DisambiguationFigures {
  const withId = linked.filter(({ gold }) => gold.ids.length > 0)
  const inKb = withId.filter(isInKb)
  const intervals = intervalsOf(withId)
  const { recallAt, ...figures } = stratum(withId)
  const answers = linked.map(judged)
  return {
    ...figures,
    recallAt,
    recallAtInKb: recallTable(inKb),
    gainOverRetrieval: figures.accuracyAt1 - (recallAt['1'] ?? 0),
    ...(intervals === undefined ? {} : { intervals }),
    nil: nilFigures(linked),
    calibrationError: calibrationError(answers),
    reliability: reliability(answers),
    mistakes: mistakesAmong(withId, nExamples),
    ...(seen === undefined || seen.length === 0 ? {} : { strata: strataOf(withId, seen) }),
    nWithoutId: linked.length - withId.length,
    nComposite: withId.filter(({ gold }) => gold.isComposite).length,
    nAmbiguous: withId.filter(({ concepts }) => concepts.isAmbiguous).length,
    nMerged: withId.filter(({ concepts }) => concepts.isMerged).length,
  }
}

function isInKb({ concepts }: LinkedGold): boolean {
  return concepts.refs.size > 0
}

function stratum(linked: readonly LinkedGold[]): StratumFigures {
  const inKb = linked.filter(isInKb)
  return {
    n: linked.length,
    nInKb: inKb.length,
    accuracyAt1: share(linked, ({ isRight }) => isRight),
    accuracyAt1InKb: share(inKb, ({ isRight }) => isRight),
    recallAt: recallTable(linked),
  }
}

function recallTable(linked: readonly LinkedGold[]): Record<string, number> {
  const within = (k: number) => (one: LinkedGold) => one.retrievalRank !== undefined && one.retrievalRank < k
  return Object.fromEntries(RECALL_AT.map((k) => [String(k), share(linked, within(k))]))
}

function nilFigures(linked: readonly LinkedGold[]): PrecisionRecall {
  const isNil = (one: LinkedGold): boolean => !isInKb(one)
  const predicted = linked.filter(({ link }) => link.chosen === undefined)
  const nRight = predicted.filter(isNil).length
  return precisionRecall({
    nPredicted: predicted.length,
    nRight,
    nGold: linked.filter(isNil).length,
    nFound: nRight,
  })
}

function judged({ link, concepts }: LinkedGold): { probability: number; isRight: boolean } {
  const { probability, chosen } = link
  if (chosen === undefined) {
    const ranked = link.candidates.filter((candidate) => candidate.probability > 0)
    return { probability, isRight: !ranked.some(({ concept }) => concepts.refs.has(concept)) }
  }
  const concept = link.candidates.find(({ id }) => id === chosen)?.concept
  return { probability, isRight: concept !== undefined && concepts.refs.has(concept) }
}

function strataOf(linked: readonly LinkedGold[], seen: readonly Corpus[]): Strata {
  const mentions = seen.flatMap(({ documents }) => documents.flatMap((document) => document.mentions.flat()))
  const partedBy = (keysOf: (mention: GoldMention) => readonly string[]): SeenAndUnseen => {
    const known = new Set(mentions.flatMap(keysOf))
    const isSeen = ({ gold }: LinkedGold): boolean => keysOf(gold).some((key) => known.has(key))
    return { seen: stratum(linked.filter(isSeen)), unseen: stratum(linked.filter((one) => !isSeen(one))) }
  }
  return {
    forms: partedBy(({ text }) => [text.toLowerCase()]),
    pairs: partedBy(({ text, ids }) => ids.map((id) => `${text.toLowerCase()}\t${id}`)),
    concepts: partedBy(({ ids }) => ids),
  }
}

function intervalsOf(linked: readonly LinkedGold[]): DisambiguationFigures['intervals'] {
  const byRetrieval = (one: LinkedGold): number => (one.retrievalRank === 0 ? 1 : 0)
  const accuracyAt1 = bootstrapInterval(documentSums(linked, ({ isRight }) => Number(isRight)))
  const gain = bootstrapInterval(documentSums(linked, (one) => Number(one.isRight) - byRetrieval(one)))
  return accuracyAt1 === undefined || gain === undefined
    ? undefined
    : { accuracyAt1, gainOverRetrieval: gain }
}

function documentSums(linked: readonly LinkedGold[], valueOf: (one: LinkedGold) => number): DocumentSum[] {
  const sums = new Map<number, DocumentSum>()
  for (const one of linked) {
    const { sum, n } = sums.get(one.document) ?? { sum: 0, n: 0 }
    sums.set(one.document, { sum: sum + valueOf(one), n: n + 1 })
  }
  return [...sums.values()]
}
