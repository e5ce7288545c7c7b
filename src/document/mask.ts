import type { Segment } from '../core/index.ts'
import { wholeSegment } from './segment.ts'

/** Prose cut out of a source text, with the way back. `segments` are sorted and cover all of `text`. */
export interface Prose {
  readonly text: string
  readonly segments: readonly Segment[]
}

/**
 * Collects the prose of one block from its source, left to right: what is kept, what stands for something else, and what
 * is left out. After Harper's masks.
 *
 * Whitespace is folded on the way: any run of it, with the markup between, becomes one blank, and none stands at
 * either end. Control characters count as whitespace; lone surrogates and noncharacters become U+FFFD, so that prose is
 * always well-formed Unicode.
 *
 * @example `keep(0, 4); replace(4, 8, 'µ'); keep(8, 9)` over `10 &micro;g`.
 */
export interface Mask {
  /** Keeps the source from `from` to `to` as it is. */
  keep(from: number, to: number): void
  /**
   * Lets `text` stand for the source from `from` to `to`. `text` is not folded, but a blank that it begins with goes
   * where it would be the second; a blank alone goes through {@link Mask.blank}.
   */
  replace(from: number, to: number, text: string): void
  /** Lets one blank stand for the source, unless the prose is empty or ends with one. */
  blank(from: number, to: number): void
  /** Says that something was left out here, so that the blank before it goes when punctuation follows. */
  drop(): void
  /** The prose collected, without blanks at its ends. */
  finish(): Prose
}

interface Piece {
  proseStart: number
  proseEnd: number
  sourceStart: number
  sourceEnd: number
  /** The piece is source verbatim (up to the kind of blank), and may grow. */
  readonly verbatim: boolean
}

// Whitespace and control characters to fold (one blank between words is left as it is), and code units that no
// well-formed text holds.
const UNUSUAL = /[\s\p{Cc}]{2,}|[^\S ]|\p{Cc}|^ |[\p{Cs}\uFFFE\uFFFF]/gu
const BLANK = /^[\s\p{Cc}]/u
const CLOSES = /^[.,;:!?)\]]/

/** Makes an empty {@link Mask} over `source`. All positions are UTF-16 units of `source` and must not go backwards. */
export function createMask(source: string): Mask {
  const pieces: Piece[] = []
  // Joined at the end: a string that grows and is looked at by turns is copied each time.
  const parts: string[] = []
  let length = 0
  let dropped = false

  const lastSign = (): string | undefined => parts[parts.length - 1]?.at(-1)

  function push(from: number, to: number, prose: string, verbatim: boolean): void {
    if (prose === '') return
    if (dropped && closesNothing(prose) && verbatim) {
      // What stood in the brackets was left out: they go too.
      trimLast()
      return keep(from + 1, to)
    }
    if (dropped && lastSign() === ' ' && CLOSES.test(prose)) trimLast()
    dropped = false
    const last = pieces[pieces.length - 1]
    const end = length + prose.length
    if (last?.verbatim && verbatim && last.sourceEnd === from) {
      last.proseEnd = end
      last.sourceEnd = to
    } else {
      pieces.push({ proseStart: length, proseEnd: end, sourceStart: from, sourceEnd: to, verbatim })
    }
    parts.push(prose)
    length = end
  }

  function closesNothing(next: string): boolean {
    return (next.startsWith(')') && lastSign() === '(') || (next.startsWith(']') && lastSign() === '[')
  }

  function trimLast(): void {
    const last = pieces[pieces.length - 1]
    const part = parts.pop()
    if (!last || part === undefined) return
    if (part.length > 1) parts.push(part.slice(0, -1))
    length--
    if (last.proseEnd - last.proseStart === 1) pieces.pop()
    else {
      last.proseEnd--
      if (last.verbatim) last.sourceEnd--
    }
  }

  function blank(from: number, to: number): void {
    if (length > 0 && lastSign() !== ' ') {
      const wasDropped = dropped
      push(from, to, ' ', to - from === 1 && BLANK.test(source.charAt(from)))
      dropped = wasDropped
    }
  }

  function keep(from: number, to: number): void {
    const slice = source.slice(from, to)
    let done = 0
    for (const match of slice.matchAll(UNUSUAL)) {
      const found = match[0]
      push(from + done, from + match.index, slice.slice(done, match.index), true)
      done = match.index + found.length
      if (!BLANK.test(found)) push(from + match.index, from + done, '\uFFFD', false)
      else blank(from + match.index, from + done)
    }
    push(from + done, to, slice.slice(done), true)
  }

  return {
    keep,
    replace(from, to, prose) {
      const isSecond = prose.startsWith(' ') && (length === 0 || lastSign() === ' ')
      push(from, to, isSecond ? prose.slice(1) : prose, false)
    },
    blank,
    drop: () => {
      dropped = true
    },
    finish() {
      if (lastSign() === ' ') trimLast()
      return { text: parts.join(''), segments: pieces.map(toSegment) }
    },
  }
}

function toSegment(piece: Piece): Segment {
  const segment = {
    prose: { start: piece.proseStart, end: piece.proseEnd },
    source: { start: piece.sourceStart, end: piece.sourceEnd },
  }
  return piece.verbatim ? segment : wholeSegment(segment)
}
