import type { Manuscript, Passage, Problem, Span } from '../../core/index.ts'
import type { Decision, TextQuoteSelector } from './decision.ts'
import { compareRecency } from './decisionFile.ts'

/** How much text around a quotation is kept on each side, UTF-16 units. */
const CONTEXT = 32
/** A place whose surroundings are less like the anchor's than this (0 … 1) is another place. */
const LEAST_SIMILARITY = 0.3

/** A decision where it holds. */
export interface Placement {
  /** In the passage's prose, UTF-16 units. */
  readonly span: Span
  readonly decision: Decision
}

/** Where decisions hold in a manuscript. */
export interface Placements {
  /** Per passage; sorted by start. One span has one placement: the decision that holds there. */
  readonly passages: readonly (readonly Placement[])[]
  /** Decisions for one place of this manuscript that no longer has it. They are kept in the file. */
  readonly unanchored: readonly Decision[]
  readonly problems: readonly Problem[]
}

/** The anchor of a span of a passage's prose. */
export function anchorOf(text: string, span: Span): TextQuoteSelector {
  return {
    exact: text.slice(span.start, span.end),
    prefix: text.slice(Math.max(0, span.start - CONTEXT), span.start).replace(/^[\uDC00-\uDFFF]/, ''),
    suffix: text.slice(span.end, span.end + CONTEXT).replace(/[\uD800-\uDBFF]$/, ''),
  }
}

/**
 * Finds where decisions hold.
 *
 * - `here`: the one place in its file that says the quotation verbatim and whose surroundings are most like the
 *   anchor's (ties: the first); none when they are too different.
 * - `document` and `project`: every place of the document (of any document) with the same words between word
 *   boundaries. Case may differ only in words with three small letters in a row (`Cold` and `cold`, not `CAT`).
 * - On one span `here` beats `document` beats `project`, and among equals the latest beats the others.
 */
export function placeDecisions(manuscript: Manuscript, decisions: readonly Decision[]): Placements {
  const placed = manuscript.passages.map((): Placement[] => [])
  const lowered = decisions.length > 0 ? manuscript.passages.map(({ text }) => text.toLowerCase()) : []
  const unanchored: Decision[] = []
  for (const decision of [...decisions].sort(bySpecificity)) {
    if (decision.scope === 'here') {
      const place = findAnchor(manuscript.passages, decision)
      if (place) addPlacement(placed[place.index], { span: place.span, decision })
      else if (isAbout(manuscript, decision)) unanchored.push(decision)
    } else if (decision.scope === 'project' || isAbout(manuscript, decision)) {
      const pattern = patternOf(decision.anchor.exact)
      const sign = signOf(decision.anchor.exact)
      manuscript.passages.forEach(({ text }, i) => {
        if (!lowered[i]?.includes(sign)) return
        for (const span of occurrences(text, pattern, decision.anchor.exact))
          addPlacement(placed[i], { span, decision })
      })
    }
  }
  const passages = placed.map((list) =>
    list.sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end),
  )
  return { passages, unanchored, problems: unanchored.map(lostAnchor) }
}

/** Whether a file (path or URI) is the one that a decision names by its relative path. */
export function isFileOf(file: string, relative: string): boolean {
  const path = decoded(file).replaceAll('\\', '/')
  return path === relative || path.endsWith(`/${relative}`)
}

const RANK = { here: 0, document: 1, project: 2 } as const

const bySpecificity = (a: Decision, b: Decision): number =>
  RANK[a.scope] - RANK[b.scope] || compareRecency(a, b)

const isAbout = (manuscript: Manuscript, { file }: Decision): boolean =>
  isFileOf(manuscript.file, file) || manuscript.passages.some((passage) => isFileOf(passage.file, file))

/** The first placement of a span stays: decisions come in the order of their force. */
function addPlacement(list: Placement[] | undefined, placement: Placement): void {
  const { start, end } = placement.span
  if (list?.every(({ span }) => span.start !== start || span.end !== end) === true) list.push(placement)
}

function findAnchor(
  passages: readonly Passage[],
  { file, anchor }: Decision,
): { index: number; span: Span } | undefined {
  let best: { index: number; span: Span; similarity: number } | undefined
  passages.forEach((passage, index) => {
    if (!passage.text.includes(anchor.exact) || !isFileOf(passage.file, file)) return
    for (
      let at = passage.text.indexOf(anchor.exact);
      at >= 0;
      at = passage.text.indexOf(anchor.exact, at + 1)
    ) {
      const span = { start: at, end: at + anchor.exact.length }
      const similarity = contextSimilarity(anchor, anchorOf(passage.text, span))
      if (similarity > (best?.similarity ?? LEAST_SIMILARITY)) best = { index, span, similarity }
    }
  })
  return best
}

/**
 * How alike two contexts are, 0 … 1: half the mean length of the common run next to the quotation, half the shared
 * character 3-grams, so that both edits far away and edits right beside the quotation leave something.
 * Nothing on both sides is alike.
 */
function contextSimilarity(a: TextQuoteSelector, b: TextQuoteSelector): number {
  const sides = [sideSimilarity(reversed(a.prefix), reversed(b.prefix)), sideSimilarity(a.suffix, b.suffix)]
  return sides.reduce((sum, side) => sum + side, 0) / sides.length
}

function sideSimilarity(a: string, b: string): number {
  const longest = Math.max(a.length, b.length)
  if (longest === 0) return 1
  let run = 0
  while (run < longest && a[run] !== undefined && a[run] === b[run]) run++
  return (run / longest + sharedGrams(a, b)) / 2
}

/** Dice coefficient of the sets of character 3-grams. */
function sharedGrams(a: string, b: string): number {
  const [x, y] = [gramsOf(a), gramsOf(b)]
  const shared = [...x].filter((gram) => y.has(gram)).length
  return x.size + y.size === 0 ? 0 : (2 * shared) / (x.size + y.size)
}

function gramsOf(text: string): Set<string> {
  const grams = new Set<string>()
  for (let i = 0; i + 3 <= text.length; i++) grams.add(text.slice(i, i + 3))
  return grams
}

const reversed = (text: string): string => text.split('').reverse().join('')

const WORD_BEFORE = '(?<![\\p{L}\\p{M}\\p{N}])'
const WORD_AFTER = '(?![\\p{L}\\p{M}\\p{N}])'

function patternOf(exact: string): RegExp {
  const words = exact
    .trim()
    .split(/\s+/)
    .map((word) => word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))
  const flags = /\p{Ll}{3}/u.test(exact) ? 'giu' : 'gu'
  return new RegExp(`${WORD_BEFORE}${words.join('\\s+')}${WORD_AFTER}`, flags)
}

/**
 * What a text in small letters must hold to say a quotation: its first word as far as letters have one small form each.
 * Patterns take a hundred times as long, and this is asked of every passage for every decision at every edit.
 */
const signOf = (exact: string): string => /^[!-~]*/.exec(exact.trim())?.[0].toLowerCase() ?? ''

function occurrences(text: string, pattern: RegExp, exact: string): Span[] {
  return Array.from(text.matchAll(pattern))
    .filter((match) => match[0] === exact || /\p{Ll}{3}/u.test(match[0]))
    .map((match) => ({ start: match.index, end: match.index + match[0].length }))
}

function decoded(file: string): string {
  try {
    return decodeURIComponent(file)
  } catch {
    return file // a plain path may hold a % of its own
  }
}

function lostAnchor(decision: Decision): Problem {
  const { exact, prefix, suffix } = decision.anchor
  return {
    code: 'decision-unanchored',
    severity: 'info',
    file: decision.file,
    message: `The decision about "${exact}" (in "…${prefix}${exact}${suffix}…") finds its place no longer. It is kept; decide anew or undo it.`,
  }
}
