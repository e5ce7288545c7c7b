import { LRUCache } from 'lru-cache'
import { CancelledError } from '../core/index.ts'
import type { CancellationToken, KnowledgeBase, Logger, Mention, RankedCandidate } from '../core/index.ts'
import type { Engine, Gliner, ScoredSpan, TextAnalysis } from '../inference/index.ts'
import { groupsOf } from '../knowledge/index.ts'
import { conceptFilter, readRestriction, retrieveCandidates } from './candidates/index.ts'
import type { GivenMention } from './linkerApi.ts'
import {
  detectMentions,
  expansionsIn,
  givenMention,
  groupSharesIn,
  proposeMentions,
  selectSpans,
} from './mentions/index.ts'
import type { Abbreviations, AuthorSpan, DetectionInput, DetectionRules, Proposal } from './mentions/index.ts'
import { createPassageCache } from './passageCache.ts'
import type { LinkedMention, PassageKey } from './passageCache.ts'
import { rankByPrior, rankMentions, unranked } from './ranking/index.ts'
import type { MentionToRank, Ranking } from './ranking/index.ts'
import type { LinkingSettings } from './settings.ts'

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
  /** Whether the answer is known already. */
  has(task: PassageTask): boolean
  /** What the detectors proposed and why it is a mention or not. */
  propose(task: PassageTask): Promise<readonly Proposal[]>
}

/** What {@link createPassageLinker} needs. */
export interface PassageLinkerParts {
  readonly knowledgeBase: KnowledgeBase
  /** Without an engine names alone decide. */
  readonly engine?: Engine | undefined
  /** Finds mentions of {@link LinkingSettings.namedTypes}. */
  readonly gliner?: Gliner | undefined
  readonly logger: Logger
}

const RETRIEVALS_KEPT = 5000

export function createPassageLinker(parts: PassageLinkerParts, settings: LinkingSettings): PassageLinker {
  const { knowledgeBase, engine, gliner } = parts
  const cache = createPassageCache(settings.cachedPassages)
  const lists = new LRUCache<string, readonly RankedCandidate[]>({ max: RETRIEVALS_KEPT })
  const accepts = conceptFilter(knowledgeBase, settings)
  const mentionGroups = groupsAllowed(knowledgeBase, settings)
  const rules = (analysis: TextAnalysis | undefined): DetectionRules => ({
    ...rulesOf(settings, engine, analysis),
    accepts,
    mentionGroups,
  })
  const limit = Math.max(settings.candidatesKept, settings.candidatesRanked)
  const retrieve = (text: string): readonly RankedCandidate[] => {
    const known = lists.get(text)
    if (known) return known
    const list = unranked(retrieveCandidates(knowledgeBase, text, { limit, accepts }))
    lists.set(text, list)
    return list
  }
  const configuration = configurationOf(parts, settings)
  const guarded = engineGuard(parts.logger, 'The model does not answer, so names alone decide until it does')
  const glinerGuarded = engineGuard(
    parts.logger,
    'The model for named types does not answer, so their mentions are missing until it does',
  )
  const rank = async (
    mentions: readonly Mention[],
    analysis: TextAnalysis | undefined,
    { text, token, focus }: PassageTask,
  ) => {
    const sharesOf = analysis && groupSharesIn(analysis)
    const requests = mentions.map((mention): MentionToRank => {
      const lookedUp = mention.expansion ?? mention.text
      return { mention, lookedUp, groupShares: sharesOf?.(mention.span), candidates: retrieve(lookedUp) }
    })
    const nRanked = settings.candidatesRanked
    const first = focus && {
      offset: focus.offset,
      onRanked: (nearest: readonly (readonly [MentionToRank, Ranking])[]) =>
        focus.onLinked(nearest.map(([{ mention }, ranking]) => ({ mention, ...ranking, chosenBy: 'model' }))),
    }
    const ranked =
      engine &&
      analysis &&
      (await guarded(() => rankMentions(text, requests, { engine, nRanked, token, focus: first })))
    return mentions.map((mention, i): LinkedMention => {
      const ranking = ranked?.[i] ?? rankByPrior(requests[i]?.candidates ?? [], nRanked)
      return { mention, ...ranking, chosenBy: ranked ? 'model' : 'rule' }
    })
  }
  const analyse = async (task: PassageTask): Promise<TextAnalysis | undefined> =>
    engine && (await guarded(() => engine.analyse(task.text, task.token)))
  const asksForTypes = gliner !== undefined && settings.namedTypes.length > 0
  const named = async (task: PassageTask): Promise<readonly ScoredSpan[] | undefined> => {
    if (!asksForTypes || task.given) return []
    const found = await glinerGuarded(() => gliner.spans(task.text, settings.namedTypes, task.token))
    return found && selectSpans(found, { nested: false, multiLabel: false })
  }

  const link = async (task: PassageTask): Promise<readonly LinkedMention[]> => {
    const key = keyOf(configuration, task)
    const known = cache.get(key)
    if (known) return known
    if (task.text.trim() === '') return []
    const [analysis, typed] = await Promise.all([analyse(task), named(task)])
    const input = { ...inputOf(knowledgeBase, task, analysis), named: typed }
    const mentions = mentionsOf(input, task, rules(analysis))
    const linked = await rank(mentions, analysis, task)
    // What a failing engine left to the fallback must not outlive the failure.
    const isWhole = !engine || (analysis && linked.every((one) => one.chosenBy === 'model'))
    if (isWhole && typed) cache.set(key, linked)
    return linked
  }
  const propose = async (task: PassageTask) => {
    const [analysis, typed] = await Promise.all([analyse(task), named(task)])
    return proposeMentions({ ...inputOf(knowledgeBase, task, analysis), named: typed }, rules(analysis))
  }
  const has = (task: PassageTask): boolean => cache.get(keyOf(configuration, task)) !== undefined
  return { link, has, propose }
}

function mentionsOf(input: DetectionInput, task: PassageTask, rules: DetectionRules): Mention[] {
  if (!task.given) return detectMentions(input, rules)
  return task.given.map((given) => givenMention(input, { ...given, origin: 'given' }, rules.heads))
}

function inputOf(
  knowledgeBase: KnowledgeBase,
  task: PassageTask,
  analysis: TextAnalysis | undefined,
): DetectionInput {
  const { text, index: passage, abbreviations, author } = task
  return { text, passage, knowledgeBase, abbreviations, analysis, author }
}

/** What the corpora of the `entities` convention annotate. */
const ENTITY_GROUPS = ['DISO', 'CHEM', 'GENE', 'LIVB']

function rulesOf(
  settings: LinkingSettings,
  engine: Engine | undefined,
  analysis: TextAnalysis | undefined,
): DetectionRules {
  const { convention, detection } = settings
  return {
    heads: convention === 'both' ? ['concepts', 'entities'] : [convention],
    useTagger: analysis !== undefined && detection !== 'dictionary',
    // Without a model the dictionary stands in for the tagger.
    useDictionary: analysis === undefined || detection !== 'tagger',
    dictionaryGroups: convention === 'entities' ? ENTITY_GROUPS : undefined,
    hideGeneralWords: settings.generalWords === 'hide',
    tagThreshold: settings.tagThreshold ?? engine?.info.tagThreshold ?? 0.5,
  }
}

/** Groups in which mentions can have a concept when only some types are linked to; `undefined`: all. */
function groupsAllowed(
  knowledgeBase: KnowledgeBase,
  settings: LinkingSettings,
): ReadonlySet<string> | undefined {
  const { groups, tuis } = readRestriction(knowledgeBase, settings)
  return groups.size + tuis.size === 0 ? undefined : new Set([...groups, ...groupsOf([...tuis])])
}

/** Everything outside the task that decides about a passage's links. */
function configurationOf(
  { knowledgeBase, engine, gliner }: PassageLinkerParts,
  settings: LinkingSettings,
): string {
  const { convention, detection, generalWords, candidatesRanked, candidatesKept, tagThreshold } = settings
  const { types, sources, namedTypes } = settings
  return JSON.stringify([
    knowledgeBase.info.fingerprint,
    engine?.info.fingerprint,
    gliner?.info.fingerprint,
    namedTypes,
    { convention, detection, generalWords, candidatesRanked, candidatesKept, tagThreshold, types, sources },
  ])
}

function keyOf(
  configuration: string,
  { text, index, abbreviations, author, given }: PassageTask,
): PassageKey {
  const expansions = abbreviations ? expansionsIn(abbreviations, text, index) : []
  return { text, expansions, mentions: [author, given], configuration }
}

/** Runs calls of the engine; a failing one gives `undefined`, with one message until it works again. */
function engineGuard(
  logger: Logger,
  consequence: string,
): <T>(call: () => Promise<T>) => Promise<T | undefined> {
  let failing = false
  return async (call) => {
    try {
      const answer = await call()
      failing = false
      return answer
    } catch (error) {
      if (error instanceof CancelledError) throw error
      const reason = error instanceof Error ? error.message : String(error)
      if (!failing) logger.warn(`${consequence}: ${reason}`)
      failing = true
      return undefined
    }
  }
}
