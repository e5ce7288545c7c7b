import { ConceptLensError } from '../../../core/index.ts'
import type { Span } from '../../../core/index.ts'
import type { GlinerConfig } from '../../gliner/glinerConfig.ts'
import type { Session, TensorData } from '../session.ts'
import { spanCandidates, tokenCandidates } from './candidates.ts'
import type { WordSpan } from './candidates.ts'
import { labelFeeds, textFeeds } from './inputs.ts'
import type { PieceCutter } from './pieces.ts'
import { windowsOf } from './windows.ts'
import type { WordWindow } from './windows.ts'
import { splitWords } from './words.ts'

/** A span with the index of its label, in UTF-16 units of the text. */
export interface LabelledSpan extends Span {
  readonly label: number
  /** 0 … 1 */
  readonly probability: number
}

/** Labels to ask for: with vectors for a bi-encoder, as texts for a uni-encoder. */
export interface Asked {
  readonly labels: readonly string[]
  /** One per label. */
  readonly thresholds: readonly number[]
  /** `[labels, hidden]`, row by row; only for a bi-encoder. */
  readonly vectors?: Float32Array
}

/** A GLiNER model ready to run. `checkpoint` is awaited between runs and may throw to stop. */
export interface GlinerModel {
  /** Vectors of labels `[labels, hidden]`, row by row. Only a bi-encoder has them. */
  embed(labels: readonly string[], checkpoint: Checkpoint): Promise<Float32Array>
  /** All spans that reach their label's threshold, in reading order of their windows. */
  spans(text: string, asked: Asked, checkpoint: Checkpoint): Promise<LabelledSpan[]>
  /** Logits of a text that fits one window: what the graph gives. */
  logits(text: string, asked: Asked): Promise<TensorData>
}

type Checkpoint = () => Promise<void>

/** The parts of a {@link GlinerModel}. */
export interface GlinerParts {
  readonly config: GlinerConfig
  readonly text: { readonly session: Session; readonly cutter: PieceCutter }
  /** Only for a bi-encoder. */
  readonly labels?: { readonly session: Session; readonly cutter: PieceCutter } | undefined
}

/** Labels embedded in one run. */
const LABEL_BATCH = 32
/** Bytes that scoring a window may take; with more labels it is scored several times. */
const SCORING_BYTES = 256 * 2 ** 20
/**
 * What an encoder with relative positions may be given at once, in pieces: a window of text, and with it all labels. gliner sets no
 * limit, but memory grows with their square.
 */
const MOST_TEXT_PIECES = 2048
const MOST_PIECES = 8192

export function createGlinerModel({ config, text: textPart, labels: labelPart }: GlinerParts): GlinerModel {
  const { cutter } = textPart
  const isToken = config.architecture.endsWith('token')
  const isUni = labelPart === undefined
  const nFramed = cutter.prefix.length + cutter.suffix.length
  const limits = {
    maxWords: config.maxWords,
    maxPieces: (config.hasAbsolutePositions ? config.maxPieces : MOST_TEXT_PIECES) - nFramed,
    overlap: 2 * config.maxWidth,
  }

  async function run(words: readonly (readonly number[])[], asked: Asked): Promise<TensorData> {
    const prompt = isUni ? promptOf(asked.labels) : []
    checkLength(prompt.length + words.flat().length + nFramed, asked.labels.length)
    const { prefix, suffix } = cutter
    const feeds = {
      ...textFeeds({ prefix, prompt, words, suffix }, config),
      ...(asked.vectors
        ? { labels_embeddings: { dims: [asked.labels.length, config.hidden], data: asked.vectors } }
        : {}),
    }
    const { logits } = await textPart.session.run(feeds, ['logits'])
    const last = isToken ? [asked.labels.length, 3] : [config.maxWidth, asked.labels.length]
    const expected = [1, words.length, ...last]
    if (logits?.dims.join() !== expected.join())
      throw new Error(`its logits have the shape [${logits?.dims.join()}], not [${expected.join()}]`)
    return logits
  }

  function promptOf(labels: readonly string[]): number[] {
    const entity = cutter.cut(config.entityToken)
    return [
      ...labels.flatMap((label) => [...entity, ...cutter.cut(label)]),
      ...cutter.cut(config.separatorToken),
    ]
  }

  function checkLength(nPieces: number, nLabels: number): void {
    const most = config.hasAbsolutePositions ? config.maxPieces : MOST_PIECES
    if (nPieces > most)
      throw new ConceptLensError(
        'gliner-too-many-labels',
        `${nLabels} types and a passage are ${nPieces} word pieces; this model reads at most ${most} at once, labels included. Name fewer types, or take a bi-encoder, which reads labels apart.`,
      )
  }

  /** With the pieces of an overlong word cut off. */
  const piecesOf = (text: string, word: Span): readonly number[] =>
    cutter.cut(text.slice(word.start, word.end)).slice(0, limits.maxPieces)

  function candidatesOf({ data }: TensorData, nWords: number, thresholds: readonly number[]): WordSpan[] {
    if (!(data instanceof Float32Array)) return []
    return isToken
      ? tokenCandidates(data, nWords, thresholds)
      : spanCandidates(data, { nWords, maxWidth: config.maxWidth }, thresholds)
  }

  async function windowSpans(
    words: readonly (readonly number[])[],
    asked: Asked,
    checkpoint: Checkpoint,
  ): Promise<WordSpan[]> {
    const found: WordSpan[] = []
    const size = isUni ? asked.labels.length : labelsAtOnce(words.length)
    for (let from = 0; from < asked.labels.length; from += size) {
      await checkpoint()
      const part = slice(asked, from, from + size, config.hidden)
      const logits = await run(words, part)
      const spans = candidatesOf(logits, words.length, part.thresholds)
      found.push(...spans.map((span) => ({ ...span, label: span.label + from })))
    }
    return found
  }

  function labelsAtOnce(nWords: number): number {
    const perLabel = 4 * nWords * (isToken ? 8 * config.hidden : 2 * config.maxWidth)
    return Math.max(1, Math.floor(SCORING_BYTES / perLabel))
  }

  return {
    async embed(labels, checkpoint) {
      if (!labelPart) throw new Error('this model has no encoder of labels')
      const { session, cutter: labelCutter } = labelPart
      const room = config.maxLabelPieces - labelCutter.prefix.length - labelCutter.suffix.length
      const cut = labels.map((label) => [
        ...labelCutter.prefix,
        ...labelCutter.cut(label).slice(0, room),
        ...labelCutter.suffix,
      ])
      const vectors = new Float32Array(labels.length * config.hidden)
      for (let from = 0; from < cut.length; from += LABEL_BATCH) {
        await checkpoint()
        const { labels_embeddings: made } = await session.run(
          labelFeeds(cut.slice(from, from + LABEL_BATCH)),
          ['labels_embeddings'],
        )
        if (!(made?.data instanceof Float32Array) || made.dims[1] !== config.hidden)
          throw new Error(
            `its vectors of labels have the shape [${made?.dims.join()}], not [n,${config.hidden}]`,
          )
        vectors.set(made.data, from * config.hidden)
      }
      return vectors
    },
    async spans(text, asked, checkpoint) {
      const words = splitWords(text)
      const pieces = words.map((word) => piecesOf(text, word))
      const found: LabelledSpan[] = []
      for (const window of windowsOf(
        pieces.map(({ length }) => length),
        limits,
      )) {
        const spans = await windowSpans(pieces.slice(window.first, window.end), asked, checkpoint)
        for (const span of spans) if (owns(window, span)) found.push(toText(span, window, words))
      }
      return found
    },
    logits(text, asked) {
      return run(
        splitWords(text).map((word) => piecesOf(text, word)),
        asked,
      )
    },
  }
}

function owns({ first, from, to }: WordWindow, span: WordSpan): boolean {
  const middle = first + (span.first + span.last + 1) / 2
  return middle >= from && middle < to
}

function toText(
  { first, last, ...rest }: WordSpan,
  window: WordWindow,
  words: readonly Span[],
): LabelledSpan {
  return {
    start: words[window.first + first]?.start ?? 0,
    end: words[window.first + last]?.end ?? 0,
    label: rest.label,
    probability: rest.probability,
  }
}

function slice({ labels, thresholds, vectors }: Asked, from: number, to: number, hidden: number): Asked {
  return {
    labels: labels.slice(from, to),
    thresholds: thresholds.slice(from, to),
    ...(vectors ? { vectors: vectors.subarray(from * hidden, to * hidden) } : {}),
  }
}
