import { OF_MODEL } from './checks.ts'
import { ASKING } from './schema.ts'
import type { DetectorOptions, GenerativeOptions, Pipeline, RerankerOptions } from './schema.ts'

/** What settings, or options of the command line, say otherwise than a description; what is absent stays as it is there. */
export interface PipelineOverrides {
  readonly convention?: Pipeline['mentions']['convention'] | undefined
  readonly detection?: 'union' | 'tagger' | 'dictionary' | undefined
  readonly abbreviations?: boolean | undefined
  readonly namedTypes?: readonly string[] | undefined
  readonly namedTypeThreshold?: number | undefined
  /** Folder, absolute. */
  readonly namedTypeModel?: string | undefined
  /** `none`, or a folder. */
  readonly model?: string | undefined
  readonly candidatesRanked?: number | undefined
  /** Whether a language model is asked; which one is never a description's business. */
  readonly asksLanguageModel?: boolean | undefined
  readonly askedBelow?: number | undefined
  readonly askedAtMost?: number | undefined
  readonly askedOrders?: number | undefined
  readonly askedFeedback?: number | undefined
  readonly types?: readonly string[] | undefined
  readonly sources?: readonly string[] | undefined
  readonly generalWords?: Pipeline['filters']['generalWords'] | undefined
  readonly minProbability?: number | undefined
}

/** A pipeline with what a person set beside it: their word goes first. */
export function withOverrides(pipeline: Pipeline, said: PipelineOverrides): Pipeline {
  const { mentions, filters, ranking } = pipeline
  const model = said.model ?? pipeline.model
  const changed: Pipeline = {
    ...pipeline,
    model,
    mentions: {
      ...mentions,
      convention: said.convention ?? mentions.convention,
      abbreviations: said.abbreviations ?? mentions.abbreviations,
      detectors: detectorsWith(detection(mentions.detectors, said.detection), said),
    },
    filters: {
      ...filters,
      types: [...(said.types ?? filters.types)],
      sources: [...(said.sources ?? filters.sources)],
      generalWords: said.generalWords ?? filters.generalWords,
      minProbability: said.minProbability ?? filters.minProbability,
    },
    ranking: { rerankers: rerankersWith(ranking.rerankers, said) },
  }
  return model === 'none' ? withoutModel(changed) : changed
}

/** A pipeline that does without the model: its stages fall away, names stand in where nothing else is left. */
export function withoutModel(pipeline: Pipeline): Pipeline {
  const detectors = pipeline.mentions.detectors.flatMap((one): DetectorOptions | DetectorOptions[] => {
    if (one.kind !== 'first-of') return OF_MODEL.includes(one.kind) ? [] : one
    const left = one.detectors.filter(({ kind }) => !OF_MODEL.includes(kind))
    return left.length > 1 ? { ...one, detectors: left } : left
  })
  const rerankers = pipeline.ranking.rerankers.filter(({ kind }) => !OF_MODEL.includes(kind))
  const isRanked = rerankers.some(({ kind }) => kind !== 'generative')
  return {
    ...pipeline,
    model: 'none',
    mentions: {
      ...pipeline.mentions,
      detectors: detectors.length > 0 ? detectors : [{ kind: 'dictionary' }],
    },
    ranking: { rerankers: isRanked ? rerankers : [{ kind: 'prior', candidates: 7 }, ...rerankers] },
  }
}

/** The detectors that find mentions, but for types that a person named, replaced by those that a word stands for. */
function detection(
  detectors: readonly DetectorOptions[],
  said: PipelineOverrides['detection'],
): readonly DetectorOptions[] {
  if (said === undefined) return detectors
  const tagger = { kind: 'tagger' } as const
  const dictionary = { kind: 'dictionary' } as const
  const byWord = {
    union: [tagger, dictionary],
    // While the model does not answer, the dictionary stands in for the tagger.
    tagger: [{ kind: 'first-of' as const, until: 'works' as const, detectors: [tagger, dictionary] }],
    dictionary: [dictionary],
  }
  return [...detectors.filter(({ kind }) => kind === 'named-types'), ...byWord[said]]
}

function detectorsWith(detectors: readonly DetectorOptions[], said: PipelineOverrides): DetectorOptions[] {
  const { namedTypes, namedTypeThreshold, namedTypeModel } = said
  const changed = detectors.map((one) =>
    one.kind === 'named-types'
      ? {
          ...one,
          labels: [...(namedTypes ?? one.labels)],
          threshold: namedTypeThreshold ?? one.threshold,
          ...((namedTypeModel ?? one.model) === undefined ? {} : { model: namedTypeModel ?? one.model }),
        }
      : one,
  )
  const isAsked = namedTypes !== undefined && namedTypes.length > 0
  if (!isAsked || changed.some(({ kind }) => kind === 'named-types')) return changed
  const model = namedTypeModel === undefined ? {} : { model: namedTypeModel }
  return [
    { kind: 'named-types', labels: [...namedTypes], threshold: namedTypeThreshold ?? 0.5, ...model },
    ...changed,
  ]
}

function rerankersWith(rerankers: readonly RerankerOptions[], said: PipelineOverrides): RerankerOptions[] {
  const { candidatesRanked, asksLanguageModel } = said
  const changed = rerankers.flatMap((one): RerankerOptions | [] => {
    if (one.kind === 'generative') return asksLanguageModel === false ? [] : askingWith(one, said)
    return candidatesRanked === undefined ? one : { ...one, candidates: candidatesRanked }
  })
  if (asksLanguageModel !== true || changed.some(({ kind }) => kind === 'generative')) return changed
  return [...changed, askingWith({ kind: 'generative', ...ASKING }, said)]
}

function askingWith(
  one: GenerativeOptions,
  { askedBelow, askedAtMost, askedOrders, askedFeedback }: PipelineOverrides,
): GenerativeOptions {
  return {
    ...one,
    ifBelow: askedBelow ?? one.ifBelow,
    atMost: askedAtMost ?? one.atMost,
    orders: askedOrders ?? one.orders,
    feedback: askedFeedback ?? one.feedback,
  }
}
