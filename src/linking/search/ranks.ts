import type { ConceptRef, NameKind, NameMatch } from '../../core/index.ts'
import { fold, hasWords, typedWords, type TypedWords } from '../../knowledge/index.ts'
import { allowedEdits, editsBetween } from './edits.ts'

/**
 * How a concept answers what was typed, best first:
 *
 * - `id`: it is the concept's id, a cross-reference or a retired id
 * - `name`: a name of it, when both are folded
 * - `same-words`: a name in another order of words
 * - `beginning`: a name begins so
 * - `words`: every word typed begins a word of a name
 * - `misspelled`: a name, or the beginning of one, but for a typing error or blanks
 * - `similar`: a name has many of the same 3-grams
 */
export const MATCHES = ['id', 'name', 'same-words', 'beginning', 'words', 'misspelled', 'similar'] as const

export type Match = (typeof MATCHES)[number]

/** What was typed, prepared once. */
export interface Typed {
  readonly folded: string
  readonly words: TypedWords
  /** The words in alphabetical order. */
  readonly sorted: string
  /** Without blanks. */
  readonly joined: string
}

export function typedText(text: string): Typed {
  const folded = fold(text)
  return { folded, words: typedWords(folded), sorted: sortedWords(folded), joined: joinedWords(folded) }
}

/** A name that answers, and how. */
export interface Ranked {
  readonly concept: ConceptRef
  readonly name: string
  readonly kind: NameKind
  /** How often annotated training text used this name for the concept. */
  readonly count: number
  readonly match: Match
  /** Within one kind of match, higher is better; 0 where all are equal. */
  readonly closeness: number
  /** Length of the folded name. */
  readonly length: number
}

/** How a name answers what was typed. A match by id is not for it to see. */
export function rankName(typed: Typed, { concept, name, kind, count, score }: NameMatch): Ranked {
  const folded = fold(name)
  return { concept, name, kind, count, ...matchOf(typed, folded, score), length: folded.length }
}

function matchOf(typed: Typed, folded: string, score: number): Pick<Ranked, 'match' | 'closeness'> {
  const so = (match: Match, closeness = 0) => ({ match, closeness })
  if (folded === typed.folded) return so('name')
  if (sortedWords(folded) === typed.sorted) return so('same-words')
  if (folded.startsWith(typed.folded)) return so('beginning')
  if (hasWords(folded, typed.words)) return so('words')
  const most = allowedEdits(typed.joined.length)
  const { whole, beginning } = editsBetween(typed.joined, joinedWords(folded), most)
  // The beginning of a name counts as half an edit more than a whole name.
  return beginning > most ? so('similar', score) : so('misspelled', -Math.min(whole, beginning + 0.5))
}

const sortedWords = (folded: string): string => folded.split(' ').sort().join(' ')
const joinedWords = (folded: string): string => folded.replaceAll(' ', '')

/** Which of a concept's names stands for it: negative when the first does. `text` is what was typed, verbatim. */
export function compareNames(text: string, a: Ranked, b: Ranked): number {
  return (
    MATCHES.indexOf(a.match) - MATCHES.indexOf(b.match) ||
    b.closeness - a.closeness ||
    Number(b.name === text) - Number(a.name === text) ||
    b.count - a.count ||
    Number(b.kind === 'preferred') - Number(a.kind === 'preferred') ||
    a.length - b.length ||
    compare(a.name, b.name)
  )
}

/** The answer of a concept: the name that stands for it and what the order of concepts needs. */
export interface Answer extends Ranked {
  /** How often training text named the concept. */
  readonly conceptCount: number
  /** How often it used the folded name, however it was written. */
  readonly nameCount: number
}

/**
 * The order of answers: by match, then the name used most, the commonest concept, a preferred name, the shortest name,
 * the lowest id. That a preferred name should go before a name used more often was tried, and found less.
 */
export function compareAnswers(a: Answer, b: Answer): number {
  return (
    MATCHES.indexOf(a.match) - MATCHES.indexOf(b.match) ||
    b.closeness - a.closeness ||
    b.nameCount - a.nameCount ||
    b.conceptCount - a.conceptCount ||
    Number(b.kind === 'preferred') - Number(a.kind === 'preferred') ||
    a.length - b.length ||
    a.concept - b.concept
  )
}

/** By code units, so that the order is the same everywhere. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
