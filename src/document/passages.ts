import type { Span } from '../core/index.ts'
import type { Block } from './block.ts'
import type { Prose } from './mask.ts'
import { isCut, sliceProse } from './offsetMap.ts'
import { findSentences } from './sentences.ts'

/** The most UTF-16 units of prose in one passage: about 250 tokens of English, half the model's window. */
export const MAX_PASSAGE_LENGTH = 1000

/** A stretch of a block that becomes a passage; positions in the source count from the block's start. */
export interface Cut extends Prose {
  readonly sentences: readonly Span[]
}

/**
 * Cuts a block into stretches of at most {@link MAX_PASSAGE_LENGTH} units at sentence ends, filling each before the
 * next begins; a longer sentence is cut at blanks, and a longer word where no character is split.
 * Depends on the block's text only: the same paragraph gives the same passages wherever it stands.
 */
export function cutBlock(block: Block): readonly Cut[] {
  const sentences = block.sentences ?? joinAtReplaced(block, findSentences(block.text))
  const pieces = sentences.flatMap((s) => cutSentence(block, s))
  const cuts: Cut[] = []
  let group: Span[] = []
  for (const piece of pieces) {
    const first = group[0]
    if (first && piece.end - first.start > MAX_PASSAGE_LENGTH) {
      cuts.push(toCut(block, group))
      group = []
    }
    group.push(piece)
  }
  if (group.length > 0) cuts.push(toCut(block, group))
  return cuts
}

/** Sentences that end and begin inside one replaced piece (a macro's expansion) as one: no cut may be made there. */
function joinAtReplaced({ segments }: Block, sentences: readonly Span[]): readonly Span[] {
  const joined: Span[] = []
  for (const sentence of sentences) {
    const last = joined[joined.length - 1]
    const isJoined = last && isCut(segments, last.end) && isCut(segments, sentence.start)
    if (isJoined) joined[joined.length - 1] = { start: last.start, end: sentence.end }
    else joined.push(sentence)
  }
  return joined
}

function toCut(block: Block, sentences: readonly Span[]): Cut {
  const start = sentences[0]?.start ?? 0
  const end = sentences[sentences.length - 1]?.end ?? 0
  return {
    ...sliceProse(block, { start, end }),
    sentences: sentences.map((s) => ({ start: s.start - start, end: s.end - start })),
  }
}

function cutSentence(block: Block, sentence: Span): readonly Span[] {
  const pieces: Span[] = []
  let { start } = sentence
  while (sentence.end - start > MAX_PASSAGE_LENGTH) {
    const end = cutPoint(block, start)
    pieces.push({ start, end: trimEnd(block.text, start, end) })
    start = end
    while (start < sentence.end && block.text[start] === ' ') start++
  }
  if (start < sentence.end) pieces.push({ start, end: sentence.end })
  return pieces
}

/** Where to end a piece that starts at `start` and is too long: after the last blank, else between two characters. */
function cutPoint(block: Block, start: number): number {
  const limit = start + MAX_PASSAGE_LENGTH
  const blank = start + block.text.slice(start, limit + 1).lastIndexOf(' ')
  if (blank > start && !isCut(block.segments, blank)) return blank
  for (let end = limit; end > start + 1; end--)
    if (!splitsCharacter(block.text, end) && !isCut(block.segments, end)) return end
  return limit
}

function splitsCharacter(text: string, position: number): boolean {
  return (
    /[\uD800-\uDBFF]/.test(text[position - 1] ?? '') || /^\p{M}/u.test(text.slice(position, position + 2))
  )
}

function trimEnd(text: string, start: number, end: number): number {
  while (end > start + 1 && text[end - 1] === ' ') end--
  return end
}
