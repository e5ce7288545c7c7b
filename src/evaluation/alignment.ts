import {
  CancelledError,
  type CancellationToken,
  type ConceptRef,
  type KnowledgeBase,
  type Progress,
} from '../core/index.ts'
import {
  decisionByModel,
  evidenceFor,
  weigh,
  type Agreement,
  type AlignerParts,
  type Evidence,
  type Term,
} from '../alignment/index.ts'
import { calibrationError, ratio, share, type JudgedAnswer } from './metrics.ts'
import { averagePrecision, edrm } from './rankedMetrics.ts'

/** A term with the concepts it may mean. */
export interface GoldTerm {
  readonly term: Term
  /** Ids, any of which is right; none when no concept is. */
  readonly ids: readonly string[]
}

/** What is measured. */
export interface AlignmentRun extends AlignerParts {
  readonly gold: readonly GoldTerm[]
  readonly knowledgeBase: KnowledgeBase
  readonly acceptFrom: number
  readonly reviewFrom: number
  /** Called with what is known of every term, in their order: what the recipe fits. */
  readonly onTerm?: (details: TermDetails) => void
  readonly token?: CancellationToken | undefined
  readonly progress?: Progress | undefined
  readonly nowMs?: () => number
}

/** The evidence for the candidates of a term, and which are right. */
export interface TermDetails {
  readonly term: string
  /** How many concepts of the knowledge base are right. */
  readonly nRight: number
  readonly evidence: readonly Evidence[]
  readonly isRight: readonly boolean[]
}

/** Figures of one order of the candidates; shares, 0 … 1. Terms without a right concept in the knowledge base do not count. */
export interface OrderFigures {
  readonly accuracyAt1: number
  /** By k; of lists of at most 32. */
  readonly recallAt: Readonly<Record<string, number>>
  /** See `averagePrecision`. */
  readonly meanAveragePrecision: number
}

/** Figures of alignment; shares, 0 … 1. */
export interface AlignmentReport {
  readonly n: number
  /** Terms that have a right concept in the knowledge base. */
  readonly nInKb: number
  /** The order in which candidates are retrieved: with `--no-vectors` that of the letters alone. */
  readonly retrieved: OrderFigures
  /** The order after weighing all evidence. */
  readonly weighed: OrderFigures
  /** Of the first candidate's cosine of names, its share of the evidence, and its probability: see `calibrationError`. */
  readonly calibrationErrors: {
    readonly cosine: number
    readonly share: number
    readonly probability: number
  }
  /** EDRM of the first candidate's probability (see `edrm`; the reference is 1 when it is right, else 0). */
  readonly edrm: number
  /** By decision: how many terms, and how many of these are right; for `none`, right is that no concept is. */
  readonly decisions: Readonly<
    Record<'accepted' | 'review' | 'none', { readonly n: number; readonly nRight: number }>
  >
  /** Terms the encoder was asked about. */
  readonly nSecondOpinions: number
  readonly termsPerSecond: number
}

interface Details extends TermDetails {
  readonly right: ReadonlySet<ConceptRef>
}

/** A term as it was judged. */
interface Judged {
  readonly nRight: number
  /** In the order of the names. */
  readonly byName: readonly boolean[]
  /** After weighing. */
  readonly ranked: readonly boolean[]
  readonly cosine: number
  readonly share: number
  readonly probability: number
  readonly agreement: Agreement
  readonly asked: boolean
}

const AT_ONCE = 32
const RECALLS = [1, 5, 10, 20, 32]

/** Measures alignment on terms whose concepts are known. Throws `CancelledError` when the token says so. */
export async function evaluateAlignment(run: AlignmentRun): Promise<AlignmentReport> {
  const { gold, token, progress, nowMs = () => performance.now() } = run
  const startMs = nowMs()
  const judged: Judged[] = []
  for (let start = 0; start < gold.length; start += AT_ONCE) {
    if (token?.isCancellationRequested) throw new CancelledError()
    const some = gold.slice(start, start + AT_ONCE)
    const lists = await run.candidates(some.map(({ term }) => term))
    const found = await Promise.all(some.map((one, i) => detailsOf(one, lists[i] ?? [], run)))
    for (const [i, details] of found.entries()) {
      run.onTerm?.(details)
      judged.push(judge(details, lists[i] ?? [], run))
    }
    progress?.report(judged.length, gold.length)
  }
  return figures(judged, run, (nowMs() - startMs) / 1000)
}

type CandidateList = Awaited<ReturnType<AlignerParts['candidates']>>[number]

async function detailsOf({ term, ids }: GoldTerm, list: CandidateList, run: AlignmentRun): Promise<Details> {
  const right = new Set(ids.flatMap((id) => run.knowledgeBase.resolve(id)))
  const evidence = await evidenceFor(term, list, run)
  const isRight = evidence.map(({ candidate }) => right.has(candidate.concept))
  return { term: term.text, nRight: right.size, right, evidence, isRight }
}

function judge(
  { nRight, right, evidence, isRight }: Details,
  list: CandidateList,
  run: AlignmentRun,
): Judged {
  const { order, shares, probability, agreement } = weigh(evidence, run.model)
  const best = order[0] ?? -1
  return {
    nRight,
    byName: list.map(({ concept }) => right.has(concept)),
    ranked: order.map((index) => isRight[index] ?? false),
    cosine: evidence[best]?.candidate.lexicalScore ?? 0,
    share: shares[best] ?? 0,
    probability,
    agreement,
    asked: evidence.some(({ encoder }) => encoder !== undefined),
  }
}

function figures(judged: readonly Judged[], run: AlignmentRun, seconds: number): AlignmentReport {
  const inKb = judged.filter(({ nRight }) => nRight > 0)
  const answers = (value: (one: Judged) => number): JudgedAnswer[] =>
    judged.map((one) => ({ probability: value(one), isRight: one.ranked[0] ?? false }))
  const probabilities = answers(({ probability }) => probability)
  return {
    n: judged.length,
    nInKb: inKb.length,
    retrieved: orderFigures(inKb, ({ byName }) => byName),
    weighed: orderFigures(inKb, ({ ranked }) => ranked),
    calibrationErrors: {
      cosine: calibrationError(answers(({ cosine }) => Math.min(1, cosine))),
      share: calibrationError(answers((one) => one.share)),
      probability: calibrationError(probabilities),
    },
    edrm: edrm(
      probabilities.map(({ probability, isRight }) => ({ given: probability, reference: Number(isRight) })),
      [0, 1],
    ),
    decisions: decisionFigures(judged, run),
    nSecondOpinions: judged.filter(({ asked }) => asked).length,
    termsPerSecond: ratio(judged.length, seconds),
  }
}

function orderFigures(judged: readonly Judged[], orderOf: (one: Judged) => readonly boolean[]): OrderFigures {
  return {
    accuracyAt1: share(judged, (one) => orderOf(one)[0] ?? false),
    recallAt: Object.fromEntries(
      RECALLS.map((k) => [k, share(judged, (one) => orderOf(one).slice(0, k).includes(true))]),
    ),
    meanAveragePrecision: ratio(
      judged.reduce((sum, one) => sum + averagePrecision(orderOf(one), one.nRight), 0),
      judged.length,
    ),
  }
}

function decisionFigures(judged: readonly Judged[], run: AlignmentRun): AlignmentReport['decisions'] {
  const decisionOf = (one: Judged) => decisionByModel({ ...one, candidates: one.ranked }, run)
  const of = (decision: 'accepted' | 'review' | 'none') => {
    const some = judged.filter((one) => decisionOf(one) === decision)
    const isRight = (one: Judged) => (decision === 'none' ? one.nRight === 0 : (one.ranked[0] ?? false))
    return { n: some.length, nRight: some.filter(isRight).length }
  }
  return { accepted: of('accepted'), review: of('review'), none: of('none') }
}

/** Writes the figures for people: percentages, one figure a line. */
export function alignmentReportText(name: string, report: AlignmentReport): string {
  const { n, nInKb, retrieved, weighed, calibrationErrors, decisions } = report
  const recalls = ({ recallAt }: OrderFigures): string =>
    Object.entries(recallAt)
      .map(([k, value]) => `@${k} ${percent(value)}`)
      .join('  ')
  const rows: [string, string][] = [
    ['Acc@1, as retrieved', percent(retrieved.accuracyAt1)],
    ['Acc@1', percent(weighed.accuracyAt1)],
    ['recall, as retrieved', recalls(retrieved)],
    ['recall', recalls(weighed)],
    ['MAP, as retrieved', percent(retrieved.meanAveragePrecision)],
    ['MAP', percent(weighed.meanAveragePrecision)],
    ['EDRM', percent(report.edrm)],
    ['calibration error, cosine', percent(calibrationErrors.cosine)],
    ['calibration error, share', percent(calibrationErrors.share)],
    ['calibration error, probability', percent(calibrationErrors.probability)],
    ...(['accepted', 'review', 'none'] as const).map((decision): [string, string] => {
      const { n: some, nRight } = decisions[decision]
      return [decision, `${count(some)}, ${percent(ratio(nRight, some))} % right`]
    }),
    ['second opinions', count(report.nSecondOpinions)],
    ['terms per second', report.termsPerSecond.toFixed(0)],
  ]
  const title = `${name}: alignment, ${count(n)} terms (${percent(ratio(nInKb, n))} % in the knowledge base)`
  return `${[title, ...rows.map(([label, value]) => `  ${label.padEnd(32)} ${value}`)].join('\n')}\n`
}

const percent = (value: number): string => (100 * value).toFixed(1)
const count = (n: number): string => n.toLocaleString('en')
