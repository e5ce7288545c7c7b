import type { KeyPath } from './problem.ts'
import type { DetectorOptions, LayerOptions, Pipeline, RerankerOptions } from './schema.ts'

/** A problem at a place of a whole pipeline. */
export interface Finding {
  readonly path: KeyPath
  readonly code: string
  readonly message: string
}

/** Orders in which a stage could never do anything, and stages that need what the pipeline does without. */
export function checkOrder(pipeline: Pipeline): readonly Finding[] {
  const { mentions, candidates, ranking, model } = pipeline
  const rerankers = ranking.rerankers.map((one, i) => [['ranking', 'rerankers', i], one] as const)
  const layers = candidates.layers.map((one, i) => [['candidates', 'layers', i], one] as const)
  const detectors = mentions.detectors.map((one, i) => [['mentions', 'detectors', i], one] as const)
  return [
    ...detectors.flatMap(([path, one]) => (one.kind === 'first-of' ? neverAsked(path, one) : [])),
    ...repeated(detectors),
    ...repeated(layers),
    ...layersForNothing(layers),
    ...rerankersForNothing(rerankers),
    ...askedTooEarly(rerankers),
    ...(model === 'none' ? needsModel([...detectors, ...rerankers]) : []),
  ]
}

type Placed<T> = readonly (readonly [KeyPath, T])[]

const order = (path: KeyPath, message: string): Finding => ({ path, code: 'pipeline-order', message })

/** Kinds that may stand in a list several times, each with options of its own. */
const SEVERAL = ['first-of', 'dictionary', 'remote', 'named-types', 'token-classification']

function repeated(some: Placed<{ readonly kind: string }>): Finding[] {
  return some.flatMap(([path, { kind }], i) => {
    const isDetector = path[0] === 'mentions'
    if (SEVERAL.includes(kind) && !(isDetector && kind === 'dictionary')) return []
    return some.slice(0, i).some(([, other]) => other.kind === kind)
      ? order(
          [...path, 'kind'],
          `"${kind}" stands in this list already, and would find the same again. Remove one of them.`,
        )
      : []
  })
}

function neverAsked(path: KeyPath, one: DetectorOptions & { readonly kind: 'first-of' }): Finding[] {
  if (one.until !== 'works') return []
  const sure = one.detectors.findIndex(({ kind }) => kind === 'dictionary')
  return sure < 0 || sure === one.detectors.length - 1
    ? []
    : [
        order(
          [...path, 'detectors', sure + 1, 'kind'],
          'Nothing reaches this detector: the dictionary before it always answers. Put the dictionary last, or take "until: finds".',
        ),
      ]
}

/** What `fused` finds already. */
const IN_FUSED = ['exact', 'lexical', 'dense']

function layersForNothing(layers: Placed<LayerOptions>): Finding[] {
  const fused = layers.findIndex(([, { kind }]) => kind === 'fused')
  return layers.flatMap(([path, { kind, ifFewerThan }], i) => {
    if (fused >= 0 && i > fused && IN_FUSED.includes(kind))
      return order(
        [...path, 'kind'],
        `"${kind}" finds nothing that "fused" above it does not. Remove it, or take "exact", "lexical" and "dense" instead of "fused".`,
      )
    if (fused >= 0 && i > fused && kind === 'rocchio')
      return order(
        [...path, 'kind'],
        '"fused" above it leaves no room for "rocchio". Put "rocchio" above it.',
      )
    if (i === 0 && ifFewerThan !== undefined)
      return order(
        [...path, 'ifFewerThan'],
        'Nothing stands above the first layer, so that it is always asked. Remove this condition.',
      )
    return []
  })
}

/** Answers every mention whatever happens. */
const ANSWERS_ALL = 'prior'

function rerankersForNothing(rerankers: Placed<RerankerOptions>): Finding[] {
  const sure = rerankers.findIndex(([, { kind }]) => kind === ANSWERS_ALL)
  return rerankers.flatMap(([path, { kind, ifBelow }], i) => {
    if (i === 0 && kind !== 'generative' && ifBelow !== undefined)
      return order(
        [...path, 'ifBelow'],
        'Nobody ranks before the first one, so that it gets everything. Remove this condition.',
      )
    if (kind === 'certain' && rerankers.slice(0, i).some(([, above]) => above.kind === 'two-stream'))
      return order(
        [...path, 'kind'],
        '"certain" spares "two-stream" mentions that it would otherwise read, but stands below it. Put it above "two-stream".',
      )
    if (sure >= 0 && i > sure && ifBelow === undefined)
      return order(
        [...path, 'kind'],
        `Nothing reaches "${kind}": "prior" above it answers everything. Put "prior" last, or say with "ifBelow" which answers are too uncertain.`,
      )
    return []
  })
}

/** A language model is asked about whole documents, when everything else is done. */
function askedTooEarly(rerankers: Placed<RerankerOptions>): Finding[] {
  const last = rerankers.length - 1
  return rerankers.flatMap(([path, { kind }], i) => {
    if (kind !== 'generative') return []
    const place = `"generative" stands at place ${i + 1} of ${last + 1}`
    if (i < last)
      return order(
        [...path, 'kind'],
        `${place}; it is asked about the whole document when all others have ranked. Put it last.`,
      )
    return i > 0
      ? []
      : order(
          [...path, 'kind'],
          `${place}, and nobody ranks before it, so that it could not know which mentions are uncertain. Put "two-stream" or "prior" before it.`,
        )
  })
}

/** Detectors and rankers that need the model. */
export const OF_MODEL: readonly string[] = ['tagger', 'certain', 'two-stream']

function needsModel(stages: Placed<DetectorOptions | RerankerOptions>): Finding[] {
  return stages.flatMap(([path, one]) => {
    const inner =
      'detectors' in one ? one.detectors.map((each, i) => [[...path, 'detectors', i], each] as const) : []
    if (inner.length > 0) return needsModel(inner)
    return OF_MODEL.includes(one.kind)
      ? {
          path: [...path, 'kind'],
          code: 'pipeline-model',
          message: `"${one.kind}" needs the model, and this pipeline has none ("model: none"). Remove it, or take "model: built-in".`,
        }
      : []
  })
}
