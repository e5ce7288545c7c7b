import type { KnowledgeBase, Logger } from '../core/index.ts'
import type { Engine, Gliner } from '../inference/index.ts'
import { groupsOf } from '../knowledge/index.ts'
import { conceptFilter, fusedSource, readRestriction } from './candidates/index.ts'
import type { CandidateLayer } from './candidates/index.ts'
import {
  authorMarks,
  detectorsIn,
  dictionaryDetector,
  namedTypesDetector,
  taggerDetector,
} from './mentions/index.ts'
import type { DetectorPlan, JudgingRules } from './mentions/index.ts'
import { priorReranker, twoStreamReranker } from './ranking/index.ts'
import type { CascadeStep } from './ranking/index.ts'
import type { LinkingSettings } from './settings.ts'

export type { CandidateLayer, CandidateSource } from './candidates/index.ts'
export type { DetectorPlan, MentionDetector, PassageToRead } from './mentions/index.ts'
export type { CascadeStep, MentionToRank, RankCall, Ranking, Reranker } from './ranking/index.ts'

/** What stages are made from. */
export interface StageParts {
  readonly knowledgeBase: KnowledgeBase
  /** Without an engine names alone decide. */
  readonly engine?: Engine | undefined
  /** Finds mentions of {@link LinkingSettings.namedTypes}. */
  readonly gliner?: Gliner | undefined
  readonly logger: Logger
}

/** The way of a passage to its links: who proposes mentions, who finds candidates, who ranks them, and what is decided between. */
export interface Stages {
  readonly detectors: readonly DetectorPlan[]
  readonly judging: JudgingRules
  /** Heads of the tagger that say the group of mentions which somebody else found. */
  readonly heads: readonly string[]
  readonly layers: readonly CandidateLayer[]
  /** How many candidates of a mention are kept, ranked or not. */
  readonly nKept: number
  readonly cascade: readonly CascadeStep[]
  /** Everything outside a passage that decides about its links. */
  readonly key: string
}

/** What the corpora of the `entities` convention annotate. */
const ENTITY_GROUPS = ['DISO', 'CHEM', 'GENE', 'LIVB']

/** Makes every stage. */
export function createStages(parts: StageParts, settings: LinkingSettings): Stages {
  const { knowledgeBase, engine } = parts
  const { convention, candidatesKept, candidatesRanked } = settings
  const heads = convention === 'both' ? ['concepts', 'entities'] : [convention]
  const detectors = detectorsOf(parts, settings, heads)
  const hasTagger = detectorsIn(detectors).some(({ name }) => name === 'tagger')
  const { types, sources } = settings
  const judging: JudgingRules = {
    heads: hasTagger ? heads : [],
    hideGeneralWords: settings.generalWords === 'hide',
    mentionGroups: groupsAllowed(knowledgeBase, settings),
    tagThreshold: settings.tagThreshold ?? engine?.info.tagThreshold ?? 0.5,
  }
  const accepts = conceptFilter(knowledgeBase, settings)
  const layers = [{ source: fusedSource(knowledgeBase, accepts, { types, sources }) }]
  const nKept = Math.max(candidatesKept, candidatesRanked)
  const cascade = [
    ...(engine ? [{ reranker: twoStreamReranker(engine, candidatesRanked) }] : []),
    { reranker: priorReranker(candidatesRanked) },
  ]
  const stages = { detectors, judging, heads, layers, nKept, cascade }
  return { ...stages, key: keyOf(parts, stages) }
}

function detectorsOf(
  { knowledgeBase, engine, gliner }: StageParts,
  settings: LinkingSettings,
  heads: readonly string[],
): readonly DetectorPlan[] {
  const { namedTypes, detection, convention, types, sources } = settings
  const groups = convention === 'entities' ? ENTITY_GROUPS : undefined
  const accepts = conceptFilter(knowledgeBase, settings)
  const dictionary = dictionaryDetector(knowledgeBase, { groups, accepts }, { types, sources })
  const tagger = taggerDetector(heads)
  const asksForTypes = gliner !== undefined && namedTypes.length > 0
  const byDetection: Record<LinkingSettings['detection'], DetectorPlan[]> = {
    union: [tagger, dictionary],
    // While the model does not answer, the dictionary stands in for the tagger.
    tagger: [{ until: 'works', first: [tagger, dictionary] }],
    dictionary: [dictionary],
  }
  return [
    authorMarks,
    ...(asksForTypes ? [namedTypesDetector(gliner, namedTypes)] : []),
    ...(engine ? byDetection[detection] : [dictionary]),
  ]
}

/** Groups in which mentions can have a concept when only some types are linked to; `undefined`: all. */
function groupsAllowed(
  knowledgeBase: KnowledgeBase,
  settings: LinkingSettings,
): ReadonlySet<string> | undefined {
  const { groups, tuis } = readRestriction(knowledgeBase, settings)
  return groups.size + tuis.size === 0 ? undefined : new Set([...groups, ...groupsOf([...tuis])])
}

function keyOf({ knowledgeBase, engine }: StageParts, stages: Omit<Stages, 'key'>): string {
  const { detectors, judging, heads, layers, nKept, cascade } = stages
  return JSON.stringify([
    knowledgeBase.info.fingerprint,
    engine?.info.fingerprint,
    detectors.map(planKey),
    { ...judging, mentionGroups: judging.mentionGroups && [...judging.mentionGroups], given: heads },
    [nKept, ...layers.map(({ source, ifFewerThan }) => [source.name, source.key, ifFewerThan])],
    cascade.map(({ reranker, ifBelow }) => [reranker.name, reranker.key, ifBelow]),
  ])
}

const planKey = (plan: DetectorPlan): unknown =>
  'first' in plan ? [plan.until, ...plan.first.map(planKey)] : [plan.name, plan.key]
