import type { Span } from '../../core/index.ts'
import type { HeadLogits, TextAnalysis } from '../../inference/index.ts'

/** A stretch of a text that the tagger marks. */
export interface TaggedSpan extends Span {
  readonly group: string
  /** Mean over the words of the probability that the word belongs to a mention of this group, 0 … 1. */
  readonly probability: number
  readonly nWords: number
}

/** What one head says of the words of a text. */
export interface TaggedWords {
  readonly words: readonly Span[]
  readonly labels: readonly string[]
  /** `[words, labels]`, row by row: probabilities that add up to 1 per word. */
  readonly probabilities: Float64Array
}

/** What the heads of these names say; names that the model does not have are ignored. */
export function headsOf(analysis: TextAnalysis | undefined, names: readonly string[]): TaggedWords[] {
  if (!analysis) return []
  return analysis.heads.filter(({ name }) => names.includes(name)).map((head) => taggedWords(analysis, head))
}

/**
 * The tags of whole words: a word (BERT's split: at blanks and around punctuation) has the tag probabilities of its
 * first piece, as in training.
 */
export function taggedWords(analysis: TextAnalysis, head: HeadLogits): TaggedWords {
  const known = kept.get(head)
  if (known) return known
  const words = wordsTagged(analysis, head)
  kept.set(head, words)
  return words
}

/** Detectors, opinions and ranking ask for the same words of a passage. */
const kept = new WeakMap<HeadLogits, TaggedWords>()

function wordsTagged(analysis: TextAnalysis, head: HeadLogits): TaggedWords {
  const starts = analysis.tokens.flatMap((_, token) =>
    analysis.wordStarts[token] === true || token === 0 ? [token] : [],
  )
  const width = head.labels.length
  const probabilities = new Float64Array(starts.length * width)
  const words = starts.map((token, word) => {
    probabilities.set(softmax(head.logits.subarray(token * width, (token + 1) * width)), word * width)
    const last = (starts[word + 1] ?? analysis.tokens.length) - 1
    return { start: analysis.tokens[token]?.start ?? 0, end: analysis.tokens[last]?.end ?? 0 }
  })
  return { words, labels: head.labels, probabilities }
}

/**
 * The mentions on the most probable valid path of tags through the words (Viterbi): `I-X` follows only `B-X` or
 * `I-X`. Sorted, not overlapping. Improbable ones are among them: the caller has the threshold.
 */
export function taggedSpans(tagged: TaggedWords): TaggedSpan[] {
  const path = bestPath(tagged)
  const spans: TaggedSpan[] = []
  for (let word = 0; word < path.length; word++) {
    const label = path[word] ?? ''
    if (!label.startsWith('B-')) continue
    const group = label.slice(2)
    let last = word
    while (path[last + 1] === `I-${group}`) last++
    spans.push(spanOf(tagged, group, word, last))
  }
  return spans
}

/** What the tagger thinks of a stretch that it need not have marked itself. */
export interface SpanOpinion {
  /** Mean over its words of the probability of not being `O`, 0 … 1. */
  readonly probability: number
  /** The group with the largest share of that, when the share is more than 0.3: as in training. */
  readonly group: string | undefined
}

/** A group with a smaller mean probability than this is no opinion. */
const LEAST_SHARE = 0.3

/** The tagger's opinion of a span; words that overlap it count. */
export function opinionOf(tagged: TaggedWords, span: Span): SpanOpinion {
  const { byGroup, nWords } = groupMasses(tagged, span)
  const all = [...byGroup].sort((a, b) => b[1] - a[1])
  const sum = all.reduce((total, [, mass]) => total + mass, 0)
  const [best] = all
  if (nWords === 0 || !best) return { probability: 0, group: undefined }
  const group = best[1] / nWords > LEAST_SHARE ? best[0] : undefined
  return { probability: Math.min(1, sum / nWords), group }
}

/**
 * How probable the tagger finds each group for a span if it is a mention, as shares of 1; `undefined` when the span covers no
 * word.
 */
export function groupShares(tagged: TaggedWords, span: Span): Readonly<Record<string, number>> | undefined {
  const { byGroup } = groupMasses(tagged, span)
  const sum = [...byGroup.values()].reduce((a, b) => a + b, 0)
  if (sum === 0) return undefined
  return Object.fromEntries([...byGroup].map(([group, mass]) => [group, mass / sum]))
}

/** For each group the summed probability of the words that overlap a span, and how many words those are. */
function groupMasses(tagged: TaggedWords, span: Span): { byGroup: Map<string, number>; nWords: number } {
  const width = tagged.labels.length
  const byGroup = new Map<string, number>()
  let nWords = 0
  tagged.words.forEach((word, row) => {
    if (word.end <= span.start || word.start >= span.end) return
    nWords++
    tagged.labels.forEach((label, column) => {
      if (label === 'O') return
      const group = label.slice(2)
      byGroup.set(group, (byGroup.get(group) ?? 0) + (tagged.probabilities[row * width + column] ?? 0))
    })
  })
  return { byGroup, nWords }
}

function spanOf(tagged: TaggedWords, group: string, first: number, last: number): TaggedSpan {
  const columns = tagged.labels.flatMap((label, column) => (label.slice(2) === group ? [column] : []))
  const width = tagged.labels.length
  let sum = 0
  for (let word = first; word <= last; word++)
    for (const column of columns) sum += tagged.probabilities[word * width + column] ?? 0
  const nWords = last - first + 1
  return {
    start: tagged.words[first]?.start ?? 0,
    end: tagged.words[last]?.end ?? 0,
    group,
    nWords,
    probability: Math.min(1, sum / nWords),
  }
}

function bestPath({ words, labels, probabilities }: TaggedWords): string[] {
  const width = labels.length
  const allowedBefore = labels.map((label) => predecessors(labels, label))
  const from = new Int32Array(words.length * width)
  let scores = new Float64Array(width)
  for (let word = 0; word < words.length; word++) {
    const next = new Float64Array(width)
    for (let column = 0; column < width; column++) {
      const best = word === 0 ? atStart(labels[column] ?? 'O') : bestOf(scores, allowedBefore[column] ?? [])
      from[word * width + column] = best.column
      next[column] = best.score + Math.log((probabilities[word * width + column] ?? 0) + 1e-30)
    }
    scores = next
  }
  return trace(from, scores, { nWords: words.length, labels })
}

function trace(
  from: Int32Array,
  scores: Float64Array,
  { nWords, labels }: { nWords: number; labels: readonly string[] },
): string[] {
  const path = new Array<string>(nWords)
  let { column } = bestOf(scores, labels.keys())
  for (let word = nWords - 1; word >= 0; word--) {
    path[word] = labels[column] ?? 'O'
    column = from[word * labels.length + column] ?? 0
  }
  return path
}

function predecessors(labels: readonly string[], label: string): number[] {
  const group = label.slice(2)
  return labels.flatMap((before, column) =>
    !label.startsWith('I-') || before === `B-${group}` || before === `I-${group}` ? [column] : [],
  )
}

const atStart = (label: string) => ({ column: 0, score: label.startsWith('I-') ? -Infinity : 0 })

function bestOf(scores: Float64Array, columns: Iterable<number>): { column: number; score: number } {
  let best = { column: 0, score: -Infinity }
  for (const column of columns) {
    const score = scores[column] ?? -Infinity
    if (score > best.score) best = { column, score }
  }
  return best
}

function softmax(logits: Float32Array): Float64Array {
  const most = logits.reduce((a, b) => Math.max(a, b), -Infinity)
  const powers = Float64Array.from(logits, (logit) => Math.exp(logit - most))
  const sum = powers.reduce((a, b) => a + b, 0)
  return powers.map((power) => power / sum)
}
