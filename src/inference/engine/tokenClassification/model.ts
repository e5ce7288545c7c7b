import type { Span } from '../../../core/index.ts'
import type { ClassifierConfig } from '../../tokenClassification/classifierConfig.ts'
import type { Aggregation } from '../../tokenClassification/tokenClassifier.ts'
import type { LabelledSpan } from '../gliner/model.ts'
import type { Session, TensorData } from '../session.ts'
import { entitiesIn } from './entities.ts'
import type { OffsetTokenizer } from './offsetTokenizer.ts'
import { longestOf, windowsOf } from './windows.ts'

/** A token-classification model ready to run. */
export interface ClassifierModel {
  /**
   * The entities of a text, sorted and without blanks at their ends; `label` is the index of a type. `checkpoint` is awaited between
   * runs and may throw to stop.
   */
  entities(text: string, aggregation: Aggregation, checkpoint: () => Promise<void>): Promise<LabelledSpan[]>
}

/** The parts of a {@link ClassifierModel}. */
export interface ClassifierParts {
  readonly config: ClassifierConfig
  readonly session: Session
  readonly tokenizer: OffsetTokenizer
  /** Pieces that two neighbouring windows share; by default up to 128, and a third of a window at most. */
  readonly stride?: number
}

/** Entities are rarely longer, so that one of two windows has all of it. */
const USUAL_STRIDE = 128

export function createClassifierModel({
  config,
  session,
  tokenizer,
  stride,
}: ClassifierParts): ClassifierModel {
  const { scheme } = config
  const nLabels = scheme.labels.length
  const { prefix, suffix } = tokenizer
  const room = Math.max(1, config.maxPieces - prefix.length - suffix.length)
  const limits = { room, stride: stride ?? Math.min(USUAL_STRIDE, Math.floor(room / 3)) }

  async function probabilitiesOf(ids: readonly number[]): Promise<Float32Array[]> {
    const framed = [...prefix, ...ids, ...suffix]
    const { logits } = await session.run(feedsOf(framed, session.inputs), ['logits'])
    const expected = [1, framed.length, nLabels]
    if (!(logits?.data instanceof Float32Array) || logits.dims.join() !== expected.join())
      throw new Error(`its logits have the shape [${logits?.dims.join()}], not [${expected.join()}]`)
    const { data } = logits
    return ids.map((_, i) => {
      const from = (prefix.length + i) * nLabels
      return softmax(data.subarray(from, from + nLabels))
    })
  }

  return {
    async entities(text, aggregation, checkpoint) {
      const { ids, spans, wordStarts } = tokenizer.tokenize(text)
      const found: LabelledSpan[] = []
      const windows = windowsOf(ids.length, limits)
      for (const { start, end } of windows) {
        await checkpoint()
        const probabilities = await probabilitiesOf(ids.slice(start, end))
        const pieces = {
          spans: spans.slice(start, end),
          wordStarts: wordStarts.slice(start, end),
          probabilities,
        }
        found.push(...entitiesIn(pieces, scheme, aggregation))
      }
      return (windows.length > 1 ? longestOf(found) : found).flatMap((span) => trimmed(text, span))
    },
  }
}

function feedsOf(ids: readonly number[], inputs: readonly string[]): Record<string, TensorData> {
  const row = (valueOf: (id: number) => number): TensorData => ({
    dims: [1, ids.length],
    data: BigInt64Array.from(ids, (id) => BigInt(valueOf(id))),
  })
  return {
    input_ids: row((id) => id),
    attention_mask: row(() => 1),
    ...(inputs.includes('token_type_ids') ? { token_type_ids: row(() => 0) } : {}),
  }
}

function softmax(logits: Float32Array): Float32Array {
  const most = logits.reduce((max, logit) => Math.max(max, logit), -Infinity)
  const shares = logits.map((logit) => Math.exp(logit - most))
  const sum = shares.reduce((total, share) => total + share, 0)
  return shares.map((share) => share / sum)
}

/** Without blanks at its ends; nothing of a span that is all blanks. */
function trimmed<T extends Span>(text: string, span: T): readonly T[] {
  const surface = text.slice(span.start, span.end)
  const start = span.start + surface.length - surface.trimStart().length
  const end = span.end - surface.length + surface.trimEnd().length
  return start < end ? [{ ...span, start, end }] : []
}
