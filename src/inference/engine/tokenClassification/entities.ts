import type { Span } from '../../../core/index.ts'
import type { LabelScheme } from '../../tokenClassification/scheme.ts'
import type { Aggregation } from '../../tokenClassification/tokenClassifier.ts'
import type { LabelledSpan } from '../gliner/model.ts'

/** The pieces of a text with what the model thinks of them; the lists are equally long. */
export interface JudgedPieces {
  readonly spans: readonly Span[]
  readonly wordStarts: readonly boolean[]
  /** Of each piece, over the labels. */
  readonly probabilities: readonly Float32Array[]
}

/** A piece or a word with its likeliest label. */
interface Labelled extends Span {
  readonly label: number
  readonly probability: number
}

/**
 * The entities among pieces, as the pipelines of `transformers` group them: labels are given to pieces or words, neighbours of a type
 * are joined unless a label says that one begins or ended, and an entity has the mean probability of its parts.
 */
export function entitiesIn(
  pieces: JudgedPieces,
  scheme: LabelScheme,
  aggregation: Aggregation,
): LabelledSpan[] {
  const groups: Labelled[][] = []
  let previous: Labelled | undefined
  for (const one of aggregation === 'simple' ? labelledPieces(pieces) : labelledWords(pieces, aggregation)) {
    if (scheme.labels[one.label] !== undefined) {
      if (previous && joins(previous.label, one.label, scheme)) groups.at(-1)?.push(one)
      else groups.push([one])
    }
    previous = one
  }
  return groups.map((group) => entityOf(group, scheme))
}

function joins(previous: number, next: number, { labels }: LabelScheme): boolean {
  const before = labels[previous]
  const here = labels[next]
  if (before === undefined || here === undefined || before.type !== here.type) return false
  return isOpen(before.part) && (here.part === 'inside' || here.part === 'end')
}

const isOpen = (part: string): boolean => part !== 'end' && part !== 'single'

function entityOf(group: readonly Labelled[], { labels }: LabelScheme): LabelledSpan {
  const [first] = group
  return {
    start: first?.start ?? 0,
    end: group.at(-1)?.end ?? 0,
    label: labels[first?.label ?? 0]?.type ?? 0,
    probability: group.reduce((sum, { probability }) => sum + probability, 0) / group.length,
  }
}

function labelledPieces({ spans, probabilities }: JudgedPieces): Labelled[] {
  return spans.map((span, i) => ({ ...span, ...likeliest(probabilities[i] ?? new Float32Array()) }))
}

function labelledWords(
  { spans, wordStarts, probabilities }: JudgedPieces,
  aggregation: Aggregation,
): Labelled[] {
  const words: { start: number; end: number; pieces: Float32Array[] }[] = []
  spans.forEach(({ start, end }, i) => {
    const pieces = [probabilities[i] ?? new Float32Array()]
    const word = wordStarts[i] === true ? undefined : words.at(-1)
    if (!word) words.push({ start, end, pieces })
    else {
      word.end = end
      word.pieces.push(...pieces)
    }
  })
  return words.map(({ start, end, pieces }) => ({ start, end, ...likeliest(ofWord(pieces, aggregation)) }))
}

/** The probabilities that decide about a word. */
function ofWord(pieces: readonly Float32Array[], aggregation: Aggregation): Float32Array {
  const [first = new Float32Array()] = pieces
  if (aggregation === 'average')
    return first.map(
      (_, label) => pieces.reduce((sum, piece) => sum + (piece[label] ?? 0), 0) / pieces.length,
    )
  if (aggregation === 'first') return first
  return pieces.reduce(
    (best, piece) => (likeliest(piece).probability > likeliest(best).probability ? piece : best),
    first,
  )
}

function likeliest(probabilities: Float32Array): { readonly label: number; readonly probability: number } {
  const probability = probabilities.reduce((most, one) => Math.max(most, one), 0)
  return { label: Math.max(0, probabilities.indexOf(probability)), probability }
}
