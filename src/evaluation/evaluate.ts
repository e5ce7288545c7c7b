import { CancelledError, type LinkedManuscript } from '../core/index.ts'
import { isShown } from '../linking/index.ts'
import { annotatedGroups, type Corpus } from './corpora.ts'
import { isNearConcept, isSameConcept, pairUp, scorePairs, type PassagePair } from './detection.ts'
import { detectionFigures, wordsIn, type DetectionFigures } from './detectionFigures.ts'
import { linkGoldMentions, type LinkingRun } from './disambiguation.ts'
import { disambiguationFigures, type DisambiguationFigures } from './disambiguationFigures.ts'
import { goldResolver } from './gold.ts'
import { ratio, type PrecisionRecall } from './metrics.ts'

/** What is evaluated: concepts of given mentions, mentions, or both together. */
export type EvaluationTask = 'disambiguation' | 'detection' | 'end-to-end'

/** All tasks. */
export const EVALUATION_TASKS: readonly EvaluationTask[] = ['disambiguation', 'detection', 'end-to-end']

export interface EvaluationOptions extends LinkingRun {
  readonly task: EvaluationTask
  /** Semantic groups to count in detection; by default those that the corpus annotates. */
  readonly types?: readonly string[]
  /** Training corpora, for the strata of forms, forms with their concept, and concepts that they have or lack. */
  readonly seen?: readonly Corpus[]
  /** How many wrong answers of each cause are told; none by default. */
  readonly nExamples?: number
  /** Links below this probability do not count end to end, 0 … 1; 0.5 by default. */
  readonly minProbability?: number
  /** Milliseconds of a monotonic clock, for the speed; by default the platform's. */
  readonly nowMs?: () => number
}

/** Figures of linked mentions: the right concept at the same span, or at an overlapping one. */
export interface EndToEndFigures {
  readonly strict: PrecisionRecall
  readonly relaxed: PrecisionRecall
}

/** What `evaluate --json` prints. Fields of other tasks are absent; all figures are shares, 0 … 1. */
export interface EvaluationReport extends Partial<DisambiguationFigures> {
  readonly corpus: string
  readonly task: EvaluationTask
  readonly nDocuments: number
  /** Mentions counted: with a gold id in disambiguation, all that are not nested otherwise. */
  readonly n: number
  /** Of these, the ones whose concept the knowledge base has. */
  readonly nInKb: number
  readonly detection?: DetectionFigures
  readonly endToEnd?: EndToEndFigures
  readonly wordsPerSecond: number
  /** The most memory that the program and what it started had resident, in MiB; absent where nobody measured it. */
  readonly peakMiB?: number
}

/** Evaluates a linker on a corpus. Throws `CancelledError` when the token says so. */
export async function evaluateCorpus(options: EvaluationOptions): Promise<EvaluationReport> {
  const { corpus, task, nowMs = () => performance.now() } = options
  const startMs = nowMs()
  const figures = task === 'disambiguation' ? await disambiguation(options) : await detection(options)
  const seconds = (nowMs() - startMs) / 1000
  const { length: nDocuments } = corpus.documents
  return { corpus: corpus.name, task, nDocuments, ...figures, wordsPerSecond: ratio(nWords(corpus), seconds) }
}

type TaskFigures = Omit<EvaluationReport, 'corpus' | 'task' | 'nDocuments' | 'wordsPerSecond'>

async function disambiguation(options: EvaluationOptions): Promise<TaskFigures> {
  return disambiguationFigures(await linkGoldMentions(options), options)
}

async function detection(options: EvaluationOptions): Promise<TaskFigures> {
  const { corpus, knowledgeBase, task, minProbability = 0.5 } = options
  const resolve = goldResolver(knowledgeBase)
  const linked = await linkDocuments(options)
  const groups = new Set(options.types ?? annotatedGroups(corpus, knowledgeBase))
  const pairsOf = (isPredicted: Parameters<typeof pairUp>[2]['isPredicted']): PassagePair[] =>
    corpus.documents.flatMap((document, i) => {
      const manuscript = linked[i]
      const refsOf = (mention: Parameters<typeof resolve>[0]): ReturnType<typeof resolve>['refs'] =>
        resolve(mention).refs
      return manuscript === undefined ? [] : pairUp(document, manuscript, { groups, refsOf, isPredicted })
    })
  const pairs = pairsOf(() => true)
  const gold = pairs.flatMap((pair) => pair.gold)
  return {
    n: gold.length,
    nInKb: gold.filter(({ refs }) => refs.size > 0).length,
    detection: detectionFigures(pairs, groups),
    ...(task === 'end-to-end'
      ? { endToEnd: endToEndFigures(pairsOf((link) => isShown(link, minProbability))) }
      : {}),
  }
}

async function linkDocuments({
  corpus,
  linker,
  token,
  progress,
}: EvaluationOptions): Promise<LinkedManuscript[]> {
  const linked: LinkedManuscript[] = []
  for (const [i, { manuscript }] of corpus.documents.entries()) {
    if (token?.isCancellationRequested === true) throw new CancelledError()
    linked.push(await linker.link(manuscript, token === undefined ? {} : { token }))
    progress?.report(i + 1, corpus.documents.length)
  }
  return linked
}

/** Gold mentions without an id cannot be found, but a link that stands there is wrong. */
function endToEndFigures(pairs: readonly PassagePair[]): EndToEndFigures {
  return { strict: scorePairs(pairs, isSameConcept), relaxed: scorePairs(pairs, isNearConcept) }
}

function nWords({ documents }: Corpus): number {
  const passages = documents.flatMap(({ manuscript }) => manuscript.passages)
  return passages.reduce((sum, { text }) => sum + wordsIn(text).length, 0)
}
