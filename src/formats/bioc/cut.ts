import type { Span } from '../../core/index.ts'

/** The most UTF-16 units of a passage: what the manuscripts' own passages hold, about half of the model's window. */
export const MAX_LENGTH = 1000

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' })

/** A stretch of a text and the sentences in it, all as spans of the text. */
export interface Cut {
  readonly span: Span
  readonly sentences: readonly Span[]
}

/**
 * Cuts a text at sentence ends into stretches of at most {@link MAX_LENGTH} units; longer sentences are cut at blanks.
 * Nothing is cut inside a mention, so a stretch that holds a long one may be longer.
 */
export function cutText(text: string, mentions: readonly Span[]): readonly Cut[] {
  const pieces = piecesOf(text, mentions)
  const cuts: Cut[] = []
  let group: Span[] = []
  for (const piece of pieces) {
    const start = group[0]?.start ?? piece.start
    if (group.length > 0 && piece.end - start > MAX_LENGTH) {
      cuts.push(cutOf(group))
      group = []
    }
    group.push(piece)
  }
  if (group.length > 0) cuts.push(cutOf(group))
  return cuts
}

function cutOf(sentences: readonly Span[]): Cut {
  return { span: { start: sentences[0]?.start ?? 0, end: sentences.at(-1)?.end ?? 0 }, sentences }
}

/** Sentences, cut where they are too long, without the blanks around them. */
function piecesOf(text: string, mentions: readonly Span[]): Span[] {
  const isInside = insideTest(text.length, mentions)
  const ends = [...segmenter.segment(text)].map(({ segment, index }) => index + segment.length)
  const pieces: Span[] = []
  let start = 0
  for (const end of ends.filter((position) => !isInside(position))) {
    for (let next = cutPoint(); next !== undefined; next = cutPoint()) {
      push(next)
      start = next
    }
    push(end)
    start = end

    function cutPoint(): number | undefined {
      if (end - start <= MAX_LENGTH) return undefined
      const limit = start + MAX_LENGTH
      for (let at = limit; at > start; at--) if (isBlank(text, at - 1) && !isInside(at)) return at
      for (let at = limit + 1; at < end; at++) if (isBlank(text, at - 1) && !isInside(at)) return at
      return undefined
    }
  }
  return pieces

  function push(end: number): void {
    let [from, to] = [start, end]
    while (from < to && isBlank(text, from) && !isInside(from + 1)) from++
    while (to > from && isBlank(text, to - 1) && !isInside(to - 1)) to--
    if (from < to) pieces.push({ start: from, end: to })
  }
}

/** Whether a position lies strictly inside a mention. */
function insideTest(length: number, mentions: readonly Span[]): (position: number) => boolean {
  const inside = new Uint8Array(length + 1)
  for (const { start, end } of mentions) inside.fill(1, start + 1, end)
  return (position) => inside[position] === 1
}

function isBlank(text: string, index: number): boolean {
  return /\s/.test(text[index] ?? '')
}
