import type { Span } from '../../../core/index.ts'
import { isWordBounded } from '../words.ts'
import type { ListedMention } from './answer.ts'

/** A listed mention at its place in the passage. */
export interface PlacedMention extends Span {
  /** As it was asked for. */
  readonly label: string
}

/** What became of listed mentions that have no place of their own, and how places were found. */
export interface PlacingCounts {
  /** Listed with a text that the passage does not have. */
  readonly nInvented: number
  /** Listed with a type that was not asked for. */
  readonly nOtherType: number
  /** Listed more often than the passage has them. */
  readonly nRepeated: number
  /** Found only when case and the kind of blanks are ignored. */
  readonly nInexact: number
  /** Places that lie in, or overlap with, a longer one. */
  readonly nOverlapping: number
}

/** See {@link placeMentions}. */
export interface Placed {
  /** Sorted by start, not overlapping. */
  readonly mentions: readonly PlacedMention[]
  readonly counts: PlacingCounts
}

/**
 * Finds the places of listed mentions. A model says what it found, not where, so a text stands for every place of the passage that has it
 * as whole words: models list a mention that occurs several times once as often as each time. Of overlapping places the longest
 * stays.
 * @param types that were asked for
 */
export function placeMentions(
  passage: string,
  listed: readonly ListedMention[],
  types: readonly string[],
): Placed {
  const asked = new Map(types.map((type) => [type.toLowerCase(), type]))
  const groups = new Map<string, { text: string; label: string; nListed: number }>()
  let nOtherType = 0
  for (const { text, type } of listed) {
    const label = asked.get(type.toLowerCase())
    if (label === undefined) nOtherType++
    else {
      const key = JSON.stringify([text, label])
      groups.set(key, { text, label, nListed: (groups.get(key)?.nListed ?? 0) + 1 })
    }
  }
  const found = Array.from(groups.values(), (one) => ({ ...one, ...placesOf(passage, one.text) }))
  const sum = (count: (one: (typeof found)[number]) => number): number =>
    found.reduce((total, one) => total + count(one), 0)
  const places = found.flatMap(({ spans, label }) => spans.map((span) => ({ ...span, label })))
  const mentions = longestOf(places)
  return {
    mentions,
    counts: {
      nOtherType,
      nInvented: sum(({ spans, nListed }) => (spans.length === 0 ? nListed : 0)),
      nRepeated: sum(({ spans, nListed }) => (spans.length === 0 ? 0 : Math.max(0, nListed - spans.length))),
      nInexact: sum(({ spans, isExact }) => (isExact ? 0 : spans.length)),
      nOverlapping: places.length - mentions.length,
    },
  }
}

function placesOf(
  passage: string,
  text: string,
): { readonly spans: readonly Span[]; readonly isExact: boolean } {
  const exact = occurrences(passage, new RegExp(escaped(text), 'gu'))
  if (exact.length > 0) return { spans: exact, isExact: true }
  const loose = text.split(/\s+/).map(escaped).join('\\s+')
  return { spans: occurrences(passage, new RegExp(loose, 'giu')), isExact: false }
}

function occurrences(passage: string, pattern: RegExp): readonly Span[] {
  return Array.from(passage.matchAll(pattern), ({ index, 0: { length } }) => ({
    start: index,
    end: index + length,
  })).filter((span) => isWordBounded(passage, span))
}

const escaped = (text: string): string => text.replace(/[$()*+./?[\\\]^{|}]/g, '\\$&')

function longestOf(places: readonly PlacedMention[]): readonly PlacedMention[] {
  const kept: PlacedMention[] = []
  for (const place of places.toSorted((a, b) => b.end - b.start - (a.end - a.start)))
    if (!kept.some((other) => other.start < place.end && place.start < other.end)) kept.push(place)
  return kept.sort((a, b) => a.start - b.start)
}
