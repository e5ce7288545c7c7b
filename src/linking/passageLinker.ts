import { LRUCache } from 'lru-cache'
import { throwIfCancelled } from '../core/index.ts'
import type { CancellationToken, Mention, RankedCandidate, Slices, StageTraffic } from '../core/index.ts'
import type { TextAnalysis } from '../inference/index.ts'
import type { Pipeline } from '../pipeline/index.ts'
import { candidatesOf } from './candidates/index.ts'
import { createGuards } from './guards.ts'
import type { GivenMention } from './linkerApi.ts'
import {
  expansionsIn,
  givenMention,
  groupSharesIn,
  judge,
  mentionsAmong,
  proposalsOf,
} from './mentions/index.ts'
import type {
  Abbreviations,
  AuthorSpan,
  MentionContext,
  MentionDetector,
  Proposal,
} from './mentions/index.ts'
import { createPassageCache } from './passageCache.ts'
import type { LinkedMention, PassageKey } from './passageCache.ts'
import { contextFitsIn, MODEL_SILENT, rankInCascade, unranked } from './ranking/index.ts'
import type { Answer, MentionToRank } from './ranking/index.ts'
import { createStages } from './stages.ts'
import type { StageParts } from './stages.ts'
import { traced } from './trace.ts'
import type { Recorder } from './trace.ts'

/** What a passage's links are made from. */
export interface PassageTask {
  readonly text: string
  /** Its index in the document, for the abbreviations. */
  readonly index: number
  readonly abbreviations?: Abbreviations | undefined
  readonly author: readonly AuthorSpan[]
  /** Mentions to link instead of detected ones. */
  readonly given?: readonly GivenMention[] | undefined
  readonly token?: CancellationToken | undefined
  readonly focus?: PassageFocus | undefined
  /** Notes the way through the stages; what is kept of earlier ways is then not looked at. */
  readonly recorder?: Recorder | undefined
}

/** Where in a passage the answer is wanted first. */
export interface PassageFocus {
  /** In the passage's prose, UTF-16 units. */
  readonly offset: number
  /** Gets the mentions nearest to it as soon as they are ranked, when others have still to be. */
  readonly onLinked: (nearest: readonly LinkedMention[]) => void
}

/** Links one passage at a time, keeping results by content. */
export interface PassageLinker {
  /** @throws CancelledError when the task's token says so */
  link(task: PassageTask): Promise<readonly LinkedMention[]>
  /** The answer when it is known already. */
  known(task: PassageTask): readonly LinkedMention[] | undefined
  /** What the layers find for a text, in their order; as many as are kept of a mention's candidates. */
  retrieve(text: string, token?: CancellationToken): Promise<readonly RankedCandidate[]>
  /** What the detectors proposed and why it is a mention or not. */
  propose(task: PassageTask): Promise<readonly Proposal[]>
}

/** What {@link createPassageLinker} needs. */
export interface PassageLinkerParts extends StageParts {
  /** How many passages keep their result; 0 keeps none. */
  readonly cachedPassages?: number
}

const PASSAGES_KEPT = 2000
/** What is kept of look-ups, in bytes: the candidates of some thousand mentions. */
const LISTS_BYTES = 64 * 2 ** 20
/** Roughly, with the candidate's names. */
const CANDIDATE_BYTES = 320

/** Makes the linker of passages: it takes each through the stages, in their order. */
export function createPassageLinker(
  parts: PassageLinkerParts,
  pipeline: Pipeline,
  slices: Slices,
): PassageLinker {
  const { engine, cachedPassages = PASSAGES_KEPT } = parts
  const stages = createStages(parts, pipeline)
  const cache = createPassageCache(cachedPassages)
  const lists = new LRUCache<string, readonly RankedCandidate[]>({
    maxSize: LISTS_BYTES,
    sizeCalculation: (list, text) => 1 + 2 * text.length + CANDIDATE_BYTES * list.length,
  })
  const guards = createGuards(parts.logger)

  /** Runs a stage; one that cannot say makes the result a lesser one, which must not outlive the failure. */
  async function ask<T>(run: Run, { name, consequence }: Stage, call: Call<T>, traffic: Traffic<T>) {
    const { recorder } = run
    const noted = recorder ? () => recorder.note(name, call, traffic) : async () => call()
    const answer = await guards(consequence)(noted)
    if (answer === undefined) run.isWhole = false
    return answer
  }

  /** A way that is noted is not interrupted: its times are those of the stages alone. */
  const inSlices = <T>(run: Run, work: () => T | Promise<T>): T | Promise<T> =>
    run.recorder ? work() : slices.run(work)

  async function read({ text, token }: PassageTask, run: Run): Promise<TextAnalysis | undefined> {
    if (!engine) return undefined
    const stage = { name: 'model', consequence: MODEL_SILENT }
    return ask(
      run,
      stage,
      () => engine.analyse(text, token),
      (analysis) => ({ kind: 'read', input: text, output: traced.analysis(analysis) }),
    )
  }

  async function proposed(task: PassageTask, run: Run): Promise<Judged> {
    const { text, index: passage, abbreviations, author, token } = task
    const analysis = read(task, run)
    const input = { text, passage, abbreviations, author, analysis, token }
    const [found, context] = await Promise.all([
      proposalsOf(task.given ? [] : stages.detectors, (detector) =>
        ask(
          run,
          detector,
          () => inSlices(run, () => detector.propose(input)),
          (spans) => ({ kind: 'detect', input: text, output: spans ? traced.spans(text, spans) : null }),
        ),
      ),
      analysis.then((known) => contextOf(task, known)),
    ])
    const judged = () => judge(found, context, stages.judging)
    const proposals = await run.recorder?.note('mentions', judged, (all = []) => ({
      kind: 'judge',
      input: traced.spans(text, found),
      output: traced.spans(text, all),
    }))
    return { proposals: proposals ?? judged(), context }
  }

  function contextOf(task: PassageTask, analysis: TextAnalysis | undefined): MentionContext {
    const { text, index: passage, abbreviations } = task
    return { text, passage, knowledgeBase: parts.knowledgeBase, abbreviations, analysis }
  }

  async function lookUp(
    text: string,
    run: Run,
    token: CancellationToken | undefined,
  ): Promise<readonly RankedCandidate[]> {
    const known = run.recorder ? undefined : lists.get(text)
    if (known) return known
    const own: Run = { ...run, isWhole: true }
    const { layers, nKept: limit } = stages
    const found = await candidatesOf(layers, { text, limit }, (source, ...call) =>
      ask(
        own,
        source,
        () =>
          inSlices(own, () => {
            throwIfCancelled(token)
            return source.find(...call, token, run.recorder ? undefined : slices)
          }),
        (list) => ({ kind: 'find', input: { text, limit }, output: list ? traced.candidates(list) : null }),
      ),
    )
    const list = unranked(found)
    if (own.isWhole) lists.set(text, list)
    else run.isWhole = false
    return list
  }

  /** The requests of mentions; those that look up the same thing share the look-up. */
  function requestsOf(
    mentions: readonly Mention[],
    analysis: TextAnalysis | undefined,
    { run, task }: OnTheWay,
  ) {
    const sharesOf = analysis && groupSharesIn(analysis)
    const fitsOf = analysis && contextFitsIn(analysis, engine?.info.contexts)
    const asked = new Map<string, Promise<readonly RankedCandidate[]>>()
    const requests = mentions.map(async (mention): Promise<MentionToRank> => {
      const lookedUp = mention.expansion ?? mention.text
      const list = asked.get(lookedUp) ?? lookUp(lookedUp, run, task.token)
      asked.set(lookedUp, list)
      const { span } = mention
      return {
        mention,
        lookedUp,
        groupShares: sharesOf?.(span),
        fitOf: fitsOf?.(span),
        candidates: await list,
      }
    })
    return Promise.all(requests)
  }

  async function rank(
    mentions: readonly Mention[],
    { analysis }: MentionContext,
    way: OnTheWay,
  ): Promise<readonly LinkedMention[]> {
    const { run, task } = way
    const { text, token, focus } = task
    const requests = await requestsOf(mentions, analysis, way)
    const answers = await rankInCascade(stages.cascade, requests, {
      ask: (reranker, some, first) =>
        ask(
          run,
          reranker,
          () => reranker.rank(text, some, { analysis, token, focus: first }),
          (rankings) => ({
            kind: 'rank',
            input: traced.requests(some),
            output: rankings ? traced.rankings(some, rankings) : null,
          }),
        ),
      focus: focus && {
        offset: focus.offset,
        onRanked: (nearest) => focus.onLinked(nearest.map(([one, answer]) => linkedOf(one, answer))),
      },
    })
    return requests.map((one, i) => linkedOf(one, answers[i]))
  }

  const link = async (task: PassageTask): Promise<readonly LinkedMention[]> => {
    const key = keyOf(stages.key, task)
    const { recorder } = task
    const known = recorder ? undefined : cache.get(key)
    if (known) return known
    if (task.text.trim() === '') return []
    const run: Run = { isWhole: true, recorder }
    const { proposals, context } = await proposed(task, run)
    const mentions =
      task.given?.map((given) => givenMention(context, { ...given, origin: 'given' }, stages.heads)) ??
      mentionsAmong(proposals, context)
    const linked = await rank(mentions, context, { task, run })
    if (run.isWhole) cache.set(key, linked)
    return linked
  }
  return {
    link,
    known: (task) => cache.get(keyOf(stages.key, task)),
    retrieve: (text, token) => lookUp(text, { isWhole: true }, token),
    propose: async (task) => (await proposed(task, { isWhole: true })).proposals,
  }
}

/** One way of a passage through the stages. */
interface Run {
  /** Every stage that was asked could say. */
  isWhole: boolean
  readonly recorder?: Recorder | undefined
}

type Stage = Pick<MentionDetector, 'name' | 'consequence'>
type Call<T> = () => T | undefined | Promise<T | undefined>
type Traffic<T> = (answer: T | undefined) => StageTraffic

interface OnTheWay {
  readonly task: PassageTask
  readonly run: Run
}

interface Judged {
  readonly proposals: readonly Proposal[]
  readonly context: MentionContext
}

/** What nobody ranked keeps its candidates, without a choice. */
function linkedOf({ mention, candidates }: MentionToRank, answer: Answer | undefined): LinkedMention {
  return { mention, ...(answer?.ranking ?? { candidates, none: 1 }), chosenBy: answer?.by.chosenBy ?? 'rule' }
}

function keyOf(
  configuration: string,
  { text, index, abbreviations, author, given }: PassageTask,
): PassageKey {
  const expansions = abbreviations ? expansionsIn(abbreviations, text, index) : []
  return { text, expansions, mentions: [author, given], configuration }
}
