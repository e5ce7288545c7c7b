import type { MentionScores, MentionToScore } from '../engine.ts'
import { ConceptLensError } from '../../core/index.ts'
import type { Span } from '../../core/index.ts'
import type { ModelManifest } from '../modelManifest.ts'
import type { Tokenizer } from '../tokenizer.ts'
import { tokensCovering } from '../tokensCovering.ts'
import type { SegmentBuilder } from './segments.ts'
import { createSegmentBuilder } from './segments.ts'
import type { Session, TensorData } from './session.ts'
import type { EncodedText, EncodedWindow, TextCache } from './textCache.ts'

/** Both streams over one session. */
export interface Encoder {
  /** The text pass, or what is still kept of it. */
  encode(text: string, checkpoint: Checkpoint): Promise<EncodedText>
  /** The candidate passes of one text, in chunks. */
  score(text: string, mentions: readonly MentionToScore[], checkpoint: Checkpoint): Promise<MentionScores[]>
}

/** Called before every run of the graph: lets messages in, and throws when the call was cancelled. */
export type Checkpoint = () => Promise<void>

export interface EncoderParts {
  readonly session: Session
  readonly manifest: ModelManifest
  readonly tokenizer: Tokenizer
  readonly cache: TextCache
}

/** Candidates in one run: enough to keep the processor busy, few enough to stop soon after a cancel. */
export const CHUNK_CANDIDATES = 20

/** One candidate on its way through the graph. */
interface Row {
  readonly ids: readonly number[]
  readonly features: readonly number[]
  readonly mentionState: Float32Array
  readonly answer: (score: number) => void
}

export function createEncoder({ session, manifest, tokenizer, cache }: EncoderParts): Encoder {
  const segments = createSegmentBuilder(tokenizer, manifest.limits)

  const encode: Encoder['encode'] = async (text, checkpoint) => {
    const kept = cache.get(text)
    if (kept) return kept
    const pieces = tokenizer.tokenize(text)
    const windows: EncodedWindow[] = []
    for (const { start, end } of windowsOf(pieces.wordStarts, manifest.architecture.maxTokens - 2)) {
      await checkpoint()
      const { cls, sep } = tokenizer.special
      const ids = [cls, ...pieces.ids.slice(start, end), sep]
      windows.push({ first: start, count: end - start, ...(await textPass(session, manifest, ids)) })
    }
    const encoded = { pieces, windows }
    cache.set(text, encoded)
    return encoded
  }

  return {
    encode,
    async score(text, mentions, checkpoint) {
      const encoded = await encode(text, checkpoint)
      const answers: MentionScores[] = []
      const rows = new Map<EncodedWindow, Row[]>()
      for (const mention of mentions) {
        const scores = new Float32Array(mention.candidates.length).fill(-Infinity)
        const place = locate(encoded, mention.span)
        answers.push({ scores, none: place ? noneLogit(place, manifest) : 0 })
        if (!place) continue
        const inWindow = rows.get(place.window) ?? []
        rows.set(place.window, inWindow)
        inWindow.push(...rowsOf(mention, { place, manifest, segments, scores }))
      }
      for (const [window, inWindow] of rows)
        for (const chunk of chunksOf(inWindow)) {
          await checkpoint()
          await candidatePass({ session, manifest, pad: tokenizer.special.pad }, window, chunk)
        }
      return answers
    },
  }
}

/** Stretches of at most `limit` pieces, cut where a word begins when one does. */
export function windowsOf(wordStarts: readonly boolean[], limit: number): Span[] {
  const windows: Span[] = []
  for (let start = 0; start < wordStarts.length;) {
    let end = Math.min(wordStarts.length, start + limit)
    if (end < wordStarts.length) {
      let cut = end
      while (cut > start && !wordStarts[cut]) cut--
      if (cut > start) end = cut
    }
    windows.push({ start, end })
    start = end
  }
  return windows
}

async function textPass(session: Session, manifest: ModelManifest, ids: readonly number[]) {
  const { architecture, features, noneOffset } = manifest
  const { layers, heads, headDim, hidden } = architecture
  const nothing: TensorData = { dims: [heads, 0, headDim], data: new Float32Array(0) }
  const feeds: Record<string, TensorData> = {
    input_ids: { dims: [1, ids.length], data: BigInt64Array.from(ids, BigInt) },
    attention_mask: { dims: [1, ids.length], data: new Float32Array(ids.length).fill(1) },
    mention_state: { dims: [1, hidden], data: new Float32Array(hidden) },
    features: { dims: [1, features.length], data: new Float32Array(features.length) },
  }
  const columns =
    Math.max(noneOffset, ...manifest.heads.map((head) => head.offset + head.labels.length - 1)) + 1
  const kinds = Array.from({ length: layers }, (_, i) => [`key_${i}`, `value_${i}`]).flat()
  for (const kind of kinds) feeds[`text_${kind}`] = nothing
  const outputs = await session.run(feeds, ['states', 'token_logits', ...kinds])
  const output = (name: string, size: number): Float32Array => {
    const data = outputs[name]?.data
    if (data instanceof Float32Array && data.length === size) return data
    throw new ConceptLensError(
      'model-unfit',
      `The graph gives ${data?.length ?? 0} numbers as ${name}, the manifest says ${size}. Install the model again.`,
    )
  }
  const tokenLogits = output('token_logits', ids.length * columns)
  tokenLogits.forEach(sound)
  return {
    states: output('states', ids.length * hidden),
    tokenLogits,
    keysAndValues: Object.fromEntries(
      kinds.map((kind) => [
        `text_${kind}`,
        { dims: [heads, ids.length, headDim], data: output(kind, ids.length * hidden) },
      ]),
    ),
  }
}

/** Rows of a window's tensors: `[start, end)`. */
interface Place {
  readonly window: EncodedWindow
  readonly start: number
  readonly end: number
}

/** The window that holds most of a mention's pieces, and their rows in it. `undefined` when the span covers no piece. */
function locate({ pieces, windows }: EncodedText, span: Span): Place | undefined {
  const covered = tokensCovering(pieces.spans, span)
  if (!covered) return undefined
  let best: Place | undefined
  for (const window of windows) {
    const place = {
      window,
      start: Math.max(0, covered.start - window.first) + 1,
      end: Math.min(window.count, covered.end - window.first) + 1,
    }
    if (place.end - place.start > (best ? best.end - best.start : 0)) best = place
  }
  return best
}

function noneLogit({ window, start, end }: Place, { noneOffset }: ModelManifest): number {
  const width = window.tokenLogits.length / (window.count + 2)
  let sum = 0
  for (let row = start; row < end; row++) sum += window.tokenLogits[row * width + noneOffset] ?? 0
  return sum / (end - start)
}

function meanState({ window, start, end }: Place, hidden: number): Float32Array {
  const mean = new Float32Array(hidden)
  for (let row = start; row < end; row++)
    for (let i = 0; i < hidden; i++) mean[i] = (mean[i] ?? 0) + (window.states[row * hidden + i] ?? 0)
  return mean.map((sum) => sum / (end - start))
}

/** Attention sums `exp` without a bound, so that a text unlike any other could run out of numbers: better no answer than a wrong one. */
function sound(value: number): number {
  if (!Number.isNaN(value)) return value
  throw new ConceptLensError(
    'engine-overflow',
    'The model has no number for this text, so it cannot judge it. Other texts are not touched; please report the text.',
  )
}

interface RowParts {
  readonly place: Place
  readonly manifest: ModelManifest
  readonly segments: SegmentBuilder
  readonly scores: Float32Array
}

function rowsOf(mention: MentionToScore, { place, manifest, segments, scores }: RowParts): Row[] {
  const mentionState = meanState(place, manifest.architecture.hidden)
  return mention.candidates.map((candidate, i) => ({
    ids: segments.build(mention.mentionText, candidate),
    features: candidate.features,
    mentionState,
    answer: (score) => {
      scores[i] = sound(score)
    },
  }))
}

/** Candidates of like length together, so that hardly anything is padded, in chunks of like size. */
function chunksOf(rows: readonly Row[]): Row[][] {
  const sorted = rows.toSorted((a, b) => a.ids.length - b.ids.length)
  const size = Math.ceil(sorted.length / Math.ceil(sorted.length / CHUNK_CANDIDATES))
  const chunks: Row[][] = []
  for (let start = 0; start < sorted.length; start += size) chunks.push(sorted.slice(start, start + size))
  return chunks
}

interface CandidatePass {
  readonly session: Session
  readonly manifest: ModelManifest
  readonly pad: number
}

async function candidatePass(
  pass: CandidatePass,
  window: EncodedWindow,
  rows: readonly Row[],
): Promise<void> {
  const { session, manifest, pad } = pass
  const { hidden } = manifest.architecture
  const nFeatures = manifest.features.length
  const tokens = Math.max(...rows.map((row) => row.ids.length))
  const ids = new BigInt64Array(rows.length * tokens).fill(BigInt(pad))
  const mask = new Float32Array(rows.length * tokens)
  const mentionStates = new Float32Array(rows.length * hidden)
  const features = new Float32Array(rows.length * nFeatures)
  rows.forEach((row, r) => {
    ids.set(
      row.ids.map((id) => BigInt(id)),
      r * tokens,
    )
    mask.fill(1, r * tokens, r * tokens + row.ids.length)
    mentionStates.set(row.mentionState, r * hidden)
    features.set(row.features, r * nFeatures)
  })
  const outputs = await session.run(
    {
      input_ids: { dims: [rows.length, tokens], data: ids },
      attention_mask: { dims: [rows.length, tokens], data: mask },
      mention_state: { dims: [rows.length, hidden], data: mentionStates },
      features: { dims: [rows.length, nFeatures], data: features },
      ...window.keysAndValues,
    },
    ['score'],
  )
  rows.forEach((row, r) => row.answer(Number(outputs['score']?.data[r] ?? Number.NaN)))
}
