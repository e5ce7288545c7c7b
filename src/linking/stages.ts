import type { KnowledgeBase, Logger } from '../core/index.ts'
import type { Engine, Gliner, TokenClassifier } from '../inference/index.ts'
import { groupsOf } from '../knowledge/index.ts'
import type {
  ClassifierOptions,
  DetectorOptions,
  GenerativeOptions,
  LayerOptions,
  Pipeline,
  RerankerOptions,
} from '../pipeline/index.ts'
import {
  conceptFilter,
  denseSource,
  exactSource,
  fusedSource,
  lexicalSource,
  readRestriction,
  remoteSource,
  rocchioSource,
  vocabularySource,
} from './candidates/index.ts'
import type { CandidateLayer, CandidateSource, RemoteLookUp, Shelf } from './candidates/index.ts'
import {
  authorMarks,
  detectorsIn,
  dictionaryDetector,
  namedTypesDetector,
  readLabels,
  taggerDetector,
  tokenClassificationDetector,
} from './mentions/index.ts'
import type { ClassifierRules, DetectorPlan, JudgingRules } from './mentions/index.ts'
import { certainReranker, priorReranker, twoStreamReranker } from './ranking/index.ts'
import type { CascadeStep, Reranker } from './ranking/index.ts'

export type { CandidateLayer, CandidateSource } from './candidates/index.ts'
export type { DetectorPlan, MentionDetector, PassageToRead } from './mentions/index.ts'
export type { CascadeStep, MentionToRank, RankCall, Ranking, Reranker } from './ranking/index.ts'

/**
 * What stages are made from. A stage whose part is absent is left out: shells say why, when they cannot open what a
 * pipeline asks for.
 */
export interface StageParts {
  readonly knowledgeBase: KnowledgeBase
  /** The model that tags and ranks. */
  readonly engine?: Engine | undefined
  /** Finds mentions of types that people name. */
  readonly gliner?: Gliner | undefined
  /** The token-classification model that a pipeline names; `undefined` when it could not be opened. */
  readonly classifier?: ((options: ClassifierOptions) => OpenClassifier | undefined) | undefined
  /** Opens the way to a service that names candidates; `undefined` when it may not be asked. */
  readonly remote?: ((service: RemoteService) => RemoteLookUp | undefined) | undefined
  readonly logger: Logger
}

/** A token-classification model, and the semantic groups of its types. */
export interface OpenClassifier extends Pick<ClassifierRules, 'groups'> {
  readonly classifier: TokenClassifier
}

/** A service that a pipeline names. */
export interface RemoteService {
  readonly url: string
  readonly timeoutMs: number
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

/** What all stages of a pipeline share. */
interface Making extends StageParts, Shelf {
  readonly heads: readonly string[]
  readonly convention: Pipeline['mentions']['convention']
}

/** Makes every stage that a pipeline describes. */
export function createStages(parts: StageParts, pipeline: Pipeline): Stages {
  const { knowledgeBase, engine } = parts
  const { mentions, candidates, ranking, filters } = pipeline
  const { types, sources } = filters
  const { convention } = mentions
  const heads = convention === 'both' ? ['concepts', 'entities'] : [convention]
  const restriction = { types, sources }
  const accepts = conceptFilter(knowledgeBase, restriction)
  const making: Making = { ...parts, heads, convention, accepts, restriction }
  const described = mentions.detectors.flatMap((one) => detectorPlan(one, making) ?? [])
  // Without a model the dictionary stands in for the tagger.
  const found = described.length > 0 ? described : [dictionaryOf({}, making)]
  const detectors = [authorMarks, ...found]
  const hasTagger = detectorsIn(detectors).some(({ name }) => name === 'tagger')
  const { mentionProbability: least } = filters
  const judging: JudgingRules = {
    heads: hasTagger ? heads : [],
    hideGeneralWords: filters.generalWords === 'hide',
    mentionGroups: groupsAllowed(knowledgeBase, restriction),
    tagThreshold: least === 'model' ? (engine?.info.tagThreshold ?? 0.5) : least,
  }
  const layers = candidates.layers.flatMap((one) => layerOf(one, making) ?? [])
  const cascade = ranking.rerankers.flatMap((one) => stepOf(one, making) ?? [])
  const nRanked = Math.max(...ranking.rerankers.map((one) => one.candidates))
  const nKept = Math.max(candidates.kept, nRanked)
  const stages = { detectors, judging, heads, layers, nKept, cascade }
  return { ...stages, key: keyOf(parts, stages) }
}

function detectorPlan(one: DetectorOptions, making: Making): DetectorPlan | undefined {
  const { engine, gliner, heads } = making
  switch (one.kind) {
    case 'tagger':
      return engine && taggerDetector(heads)
    case 'dictionary':
      return dictionaryOf(one, making)
    case 'named-types': {
      const { labels } = readLabels(one.labels, one.threshold)
      return gliner && labels.length > 0 ? namedTypesDetector(gliner, labels) : undefined
    }
    case 'token-classification': {
      const opened = making.classifier?.(one)
      return (
        opened &&
        tokenClassificationDetector(opened.classifier, { groups: opened.groups, threshold: one.threshold })
      )
    }
    case 'first-of': {
      const first = one.detectors.flatMap((each) => detectorPlan(each, making) ?? [])
      return first.length > 0 ? { until: one.until, first } : undefined
    }
  }
}

function dictionaryOf(
  { groups }: { readonly groups?: readonly string[] | undefined },
  { knowledgeBase, accepts, restriction, convention }: Making,
): DetectorPlan {
  const rules = { groups: groups ?? (convention === 'entities' ? ENTITY_GROUPS : undefined), accepts }
  return dictionaryDetector(knowledgeBase, rules, restriction)
}

function layerOf(one: LayerOptions, making: Making): CandidateLayer | undefined {
  const source = sourceOf(one, making)
  return source && { source, ifFewerThan: one.ifFewerThan }
}

function sourceOf(one: LayerOptions, making: Making): CandidateSource | undefined {
  switch (one.kind) {
    case 'fused':
      return fusedSource(making)
    case 'exact':
      return exactSource(making)
    case 'lexical':
      return lexicalSource(making)
    case 'dense':
      return denseSource(making)
    case 'rocchio':
      if (making.knowledgeBase.vectorOf('') === undefined) {
        making.logger.warn(
          'The knowledge base has no vectors of names, so the layer "rocchio" finds nothing. Import it again, or leave the layer out.',
        )
        return undefined
      }
      return rocchioSource(making, one)
    case 'dictionary':
      return vocabularySource(making, one.path)
    case 'remote': {
      const service = making.remote?.(one)
      return service && remoteSource(making, service)
    }
  }
}

/** A language model is no step of a passage: it is asked about whole documents, by the linker around this one. */
function stepOf(one: RerankerOptions, making: Making): CascadeStep | undefined {
  if (one.kind === 'generative') return undefined
  const reranker = rerankerOf(one, making)
  return reranker && { reranker, ifBelow: one.ifBelow }
}

function rerankerOf(
  one: Exclude<RerankerOptions, GenerativeOptions>,
  { engine }: Making,
): Reranker | undefined {
  switch (one.kind) {
    case 'certain':
      return (
        engine?.info.featureRanker && certainReranker(engine, { from: one.from, nRanked: one.candidates })
      )
    case 'two-stream':
      return engine && twoStreamReranker(engine, one.candidates)
    case 'prior':
      return priorReranker(one.candidates)
  }
}

/** Groups in which mentions can have a concept when only some types are linked to; `undefined`: all. */
function groupsAllowed(
  knowledgeBase: KnowledgeBase,
  restriction: Pick<Pipeline['filters'], 'types' | 'sources'>,
): ReadonlySet<string> | undefined {
  const { groups, tuis } = readRestriction(knowledgeBase, restriction)
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
