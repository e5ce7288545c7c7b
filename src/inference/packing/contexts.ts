import type { Span } from '../../core/index.ts'
import type { PackingOptions, PassageToRank } from './types.ts'

/** A mention of a {@link Context}. */
export interface ContextMention {
  readonly passage: number
  readonly mention: number
  /** In the context's text. */
  readonly span: Span
}

/** A text that is read at once, with the mentions in it. */
export interface Context {
  readonly text: string
  readonly mentions: readonly ContextMention[]
  /** What it is made of, and may be parted into when it is too long; none for a sentence. */
  readonly parts: readonly Context[]
  /** What stands between two parts. */
  readonly separator: string
}

/** Between two passages of a document. */
const PASSAGE_BREAK = '\n'

/** The texts of a mode, in reading order. Every mention is in exactly one of them. */
export function contextsOf(
  passages: readonly PassageToRank[],
  { mode, context = 'sentence' }: Pick<PackingOptions, 'mode' | 'context'>,
): Context[] {
  const whole = passages.map(passageContext)
  if (mode === 'document') return whole.length > 0 ? [joined(whole, PASSAGE_BREAK)] : []
  const reads = mode === 'pair' || mode === 'mention' ? context : mode
  return reads === 'passage' ? whole : whole.flatMap(({ parts }) => parts)
}

/** Contexts read one after the other as one text. */
export function joined(parts: readonly Context[], separator: string): Context {
  const [only] = parts
  if (only !== undefined && parts.length === 1) return only
  let text = ''
  const mentions: ContextMention[] = []
  for (const part of parts) {
    if (text !== '') text += separator
    const offset = text.length
    for (const mention of part.mentions)
      mentions.push({
        ...mention,
        span: { start: mention.span.start + offset, end: mention.span.end + offset },
      })
    text += part.text
  }
  return { text, mentions, parts, separator }
}

function passageContext({ text, sentences, mentions }: PassageToRank, passage: number): Context {
  const starts = sentences.slice(1).map(({ start }) => start)
  const bounds = [0, ...starts, text.length]
  const parts = bounds.slice(0, -1).map((start, i): Context => {
    const end = bounds[i + 1] ?? text.length
    const own = mentions.flatMap(({ span }, mention) =>
      // A mention belongs to the sentence it begins in; the last one takes those that begin at the text's very end.
      span.start >= start && (span.start < end || i === bounds.length - 2)
        ? [{ passage, mention, span: { start: span.start - start, end: Math.min(span.end, end) - start } }]
        : [],
    )
    return { text: text.slice(start, end), mentions: own, parts: [], separator: '' }
  })
  const all = mentions.map(({ span }, mention) => ({ passage, mention, span }))
  return { text, mentions: all, parts, separator: '' }
}
