import { ConceptLensError, type CancellationToken, type Passage, type Span } from '../core/index.ts'
import type { TokenClassifier } from '../inference/index.ts'
import {
  createMentionFinder,
  createStages,
  findAbbreviations,
  selectSpans,
  type Decoding,
} from '../linking/index.ts'
import { namedTypesOf, openNamedTypes } from './openGliner.ts'
import { openStageParts, type DetectionOptions } from './openStageParts.ts'
import {
  openTokenClassifier,
  type OpenTokenClassifier,
  type TokenClassifierOptions,
} from './openTokenClassifier.ts'
import { openTogether, type Disposable } from './openTogether.ts'
import { pipelineOf } from './pipelineOptions.ts'
import { stderrLogger } from './terminal.ts'

/** A mention in the prose of its passage. */
export interface TypedSpan extends Span {
  /** In the words of whoever named it, or a semantic group; absent when nobody said one. */
  readonly type?: string | undefined
  /** 0 … 1; absent when no model judged it. */
  readonly probability?: number | undefined
}

/** Finds the mentions of documents, whoever does it. */
export interface MentionSource extends Disposable {
  /** Those of the passages of one document: `spans(i)` gives those of the i-th. */
  of(passages: readonly Passage[], token: CancellationToken): (index: number) => Promise<readonly TypedSpan[]>
}

/** Opens what finds mentions by the detectors of a pipeline, as linking by it would find them. */
export async function openPipelineMentions(options: DetectionOptions): Promise<MentionSource> {
  const pipeline = pipelineOf(options)
  const parts = await openStageParts(pipeline, options, 'editing')
  const finder = createMentionFinder(parts, createStages(parts, pipeline))
  return {
    of(passages, token) {
      const abbreviations = pipeline.mentions.abbreviations
        ? findAbbreviations(passages.map(({ text }) => text))
        : undefined
      return async (passage) => {
        const found = await finder.find(passages[passage]?.text ?? '', token, { passage, abbreviations })
        return found.map(({ span, namedType, group, probability }) => ({
          ...span,
          type: namedType ?? group,
          probability,
        }))
      }
    },
    dispose: () => parts.dispose(),
  }
}

/** Opens the models that the options name, for types that people name and for those that a model knows. */
export async function openMentionModels(
  options: DetectionOptions & TokenClassifierOptions,
  decoding: Decoding,
): Promise<MentionSource> {
  const logger = stderrLogger(options.log)
  const labels = namedTypesOf(options)
  if (labels.length === 0 && options.tokenClassifier === undefined)
    throw new ConceptLensError(
      'usage',
      'Who is to find mentions? Name at least one type, --labels "assay, cell line", a model that has types, --token-classifier DIR, or a pipeline: --pipeline default.',
    )
  const { opened, dispose } = await openTogether(
    labels.length === 0
      ? Promise.resolve(undefined)
      : openNamedTypes(options.gliner, options.provider, logger),
    openTokenClassifier(options, logger).then((found) => found && modelOf(found)),
  )
  const [gliner, classifier] = opened
  return {
    of: (passages, token) => async (index) => {
      const text = passages[index]?.text ?? ''
      const found = await Promise.all([gliner?.spans(text, labels, token), classifier?.spans(text, token)])
      const all = found.flatMap((spans) => spans ?? [])
      return selectSpans(all, decoding).map(({ label, ...span }) => ({ ...span, type: label }))
    },
    dispose,
  }
}

function modelOf({ classifier, rules }: OpenTokenClassifier): Pick<TokenClassifier, 'spans' | 'dispose'> {
  return {
    spans: async (text, token) =>
      (await classifier.spans(text, token)).filter(({ probability }) => probability >= rules.threshold),
    dispose: () => classifier.dispose(),
  }
}
