import type { MentionToScore, PassageToRank } from '../../../inference/index.ts'

/** Text tokens × mentions × candidates per mention, each candidate of {@link PAIR_TOKENS} tokens. */
export interface Shape {
  readonly nTokens: number
  readonly nMentions: number
  readonly nCandidates: number
}

/** The shapes of the issue and of the published base's texts. */
export const SHAPES: readonly Shape[] = [
  { nTokens: 200, nMentions: 8, nCandidates: 5 },
  { nTokens: 400, nMentions: 20, nCandidates: 5 },
]

/** Tokens of a candidate with its mention and the tokens that frame them, in every packing. */
export const PAIR_TOKENS = 12
/** A full stop ends a sentence after so many tokens. */
const SENTENCE_TOKENS = 25

/** Words of one token each, so that texts and candidates have the lengths the shapes say. */
const WORDS =
  'patient disease cancer blood heart cell protein gene drug treatment study group risk level effect rate'.split(
    ' ',
  )

export function nameOf({ nTokens, nMentions, nCandidates }: Shape): string {
  return `${nTokens}x${nMentions}x${nCandidates}`
}

/**
 * A text with its mentions. What the two-stream engine reads of a candidate (`[MASK] mention [SEP] 3 words [SEP] 2 words
 * [SEP] type [SEP]`) and what a dense packing does (`[SEP] mention [MASK] 9 words`) are equally long.
 * @param seed another seed gives another text of the same lengths.
 */
export function passageOf(
  shape: Shape,
  seed: number,
  read: 'two-stream' | 'dense',
  nFeatures = 0,
): PassageToRank {
  const { nTokens, nMentions, nCandidates } = shape
  const starts: number[] = []
  const sentences: { start: number; end: number }[] = []
  let text = ''
  let sentenceStart = 0
  // Two tokens of the text are [CLS] and [SEP].
  for (let i = 0; i < nTokens - 2; i++) {
    const endsSentence = i % SENTENCE_TOKENS === SENTENCE_TOKENS - 1
    if (!endsSentence) {
      text += text === '' ? '' : ' '
      starts.push(text.length)
    }
    text += endsSentence ? '.' : wordAt(i * 7 + seed * 3 + nTokens)
    if (!endsSentence) continue
    sentences.push({ start: sentenceStart, end: text.length })
    sentenceStart = text.length
  }
  if (sentenceStart < text.length) sentences.push({ start: sentenceStart, end: text.length })
  const mentions = Array.from({ length: nMentions }, (_, m): MentionToScore => {
    const start = starts[Math.floor((m * starts.length) / nMentions)] ?? 0
    const mentionText = /^\w+/.exec(text.slice(start))?.[0] ?? ''
    const candidates = Array.from({ length: nCandidates }, (_, c) => ({
      name: words(c + m, read === 'dense' ? PAIR_TOKENS - 3 : 3),
      preferred: words(c + m + 3, 2),
      typeLabel: 'disorder',
      features: Array.from({ length: nFeatures }, () => 0.5),
    }))
    return { span: { start, end: start + mentionText.length }, mentionText, candidates }
  })
  return { text, sentences, mentions }
}

function words(from: number, count: number): string {
  return Array.from({ length: count }, (_, i) => wordAt(from + i)).join(' ')
}

function wordAt(index: number): string {
  return WORDS[index % WORDS.length] ?? ''
}
