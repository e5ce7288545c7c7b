import { LRUCache } from 'lru-cache'
import type { ConceptFilter, KnowledgeBase, NameMatch, Span } from '../../core/index.ts'
import { fold } from '../../knowledge/index.ts'
import { isPlausibleCase } from './caseRules.ts'
import { functionWords, units } from './commonWords.ts'
import { singularForms } from './variants.ts'
import { wordsOf } from './words.ts'
import type { Word } from './words.ts'

/** A stretch of a text that equals a name of the knowledge base, up to folding and simple variants. */
export interface DictionaryMatch extends Span {
  readonly nWords: number
}

/** Whose names count. */
export interface DictionaryRules {
  /** Only concepts in one of these semantic groups, or in none known; all by default. */
  readonly groups?: readonly string[] | undefined
  /** Only concepts that it accepts; all by default. */
  readonly accepts?: ConceptFilter | undefined
}

/** Longest name looked for, in words. */
const MOST_WORDS = 8

/** Finds every stretch of whole words of a text that a knowledge base has a name for. */
export type Dictionary = (text: string) => DictionaryMatch[]

/** Stretches of text whose answer is kept, some 3 MB: an edit leaves nearly all those of its passage as they are. */
const STRETCHES_KEPT = 20_000

/**
 * Makes a {@link Dictionary}. It gives shorter names inside longer ones too: sorted by start, longer first.
 * {@link longestMatches} picks from them.
 *
 * - Words are runs of letters and digits; between the words of one match stand only blanks, or punctuation without
 *   blanks (`IL-2`, `Alzheimer's`), so that no match crosses a comma or a sentence.
 * - Case counts for short names and symbols: see `isPlausibleCase`.
 * - Never function words, numbers and units alone, or a piece of fewer than five letters of a hyphenated word.
 * - A plural matches the singular name.
 * - Some name must vouch for it: see {@link vouches}.
 */
export function createDictionary(kb: KnowledgeBase, rules: DictionaryRules = {}): Dictionary {
  const known = new LRUCache<string, boolean>({ max: STRETCHES_KEPT })
  return (text) => {
    const words = wordsOf(text)
    const folded = words.map((word) => fold(word.text))
    const matches: DictionaryMatch[] = []
    for (let first = 0; first < words.length; first++) {
      const last = reach(text, words, first)
      const forms = growing(folded.slice(first, last + 1))
      const isAtStart = isSentenceStart(text, words[first]?.start ?? 0)
      for (let nWords = forms.length; nWords > 0; nWords--) {
        const span = spanOf(words, first, first + nWords - 1)
        const surface = text.slice(span.start, span.end)
        // What a stretch folds to follows from its surface.
        const key = `${isAtStart ? '^' : ' '}${surface}`
        const isOne =
          known.get(key) ?? isName(kb, { surface, folded: forms[nWords - 1] ?? '', isAtStart }, rules)
        known.set(key, isOne)
        if (isOne && !isPieceOfWord(text, span)) matches.push({ ...span, nWords })
      }
    }
    return matches
  }
}

/** `['a', 'b']` gives `['a', 'a b']`. */
function growing(words: readonly string[]): string[] {
  let form = ''
  return words.map((word) => (form = form === '' ? word : `${form} ${word}`))
}

/** The longest matches, left to right, without overlap. */
export function longestMatches(matches: readonly DictionaryMatch[]): DictionaryMatch[] {
  const chosen: DictionaryMatch[] = []
  for (const match of matches) if (match.start >= (chosen.at(-1)?.end ?? 0)) chosen.push(match)
  return chosen
}

/** Index of the last word that a match beginning at `first` may reach. */
function reach(text: string, words: readonly Word[], first: number): number {
  let last = first
  while (last + 1 < words.length && last + 1 - first < MOST_WORDS && joins(text, words, last)) last++
  return last
}

const JOINING = /^(?:\s{1,3}|[-\u2010-\u2015/'’.,+():[\]]{1,3}|['’] )$/

/** Whether the words at `i` and `i + 1` may belong to one name. */
function joins(text: string, words: readonly Word[], i: number): boolean {
  const [word, next] = [words[i], words[i + 1]]
  if (!word || !next) return false
  const gap = text.slice(word.end, next.start)
  return JOINING.test(gap) || (gap === '. ' && /^\p{Lu}$/u.test(word.text)) // E. coli
}

const spanOf = (words: readonly Word[], first: number, last: number): Span => ({
  start: words[first]?.start ?? 0,
  end: words[last]?.end ?? 0,
})

/** A stretch of whole words. */
interface Stretch {
  readonly surface: string
  readonly folded: string
  /** Whether a sentence begins with it, where a capital letter says nothing. */
  readonly isAtStart: boolean
}

function isName(kb: KnowledgeBase, { surface, folded, isAtStart }: Stretch, rules: DictionaryRules): boolean {
  const found = [{ folded, surface }, ...singularForms(folded, surface)].filter((form) =>
    kb.hasName(form.folded),
  )
  if (found.length === 0 || isNoConcept(surface, folded)) return false
  return found.some((form) => {
    const matches = kb.exact(form.folded).filter((match) => isPlausibleCase(form.surface, match, isAtStart))
    return matches.some((match) => vouches(kb, match, { matches, rules }))
  })
}

/** Groups of general ideas and activities (`high`, `limited`, `use`): names of theirs alone make no mention. */
const GENERAL_GROUPS: readonly string[] = ['CONC', 'ACTI']

/** A surface form from annotated text must have been seen so often before it makes mentions of its own. */
const LEAST_OBSERVED = 5

/**
 * Whether a name alone makes a mention: not those of general ideas, and of forms that were only observed in annotated
 * text, which hold every word that an annotator ever marked, the frequent ones of concepts with a known group.
 */
function vouches(
  kb: KnowledgeBase,
  { concept, kind }: NameMatch,
  { matches, rules }: { matches: readonly NameMatch[]; rules: DictionaryRules },
): boolean {
  const { groups, accepts } = rules
  const own = kb.summary(concept).groups
  if (own.length > 0 && own.every((group) => GENERAL_GROUPS.includes(group))) return false
  if (groups && own.length > 0 && !own.some((group) => groups.includes(group))) return false
  if (accepts?.(concept) === false) return false
  if (kind !== 'observed') return true
  const count = matches.reduce((sum, other) => sum + (other.concept === concept ? other.count : 0), 0)
  return count >= LEAST_OBSERVED && own.length > 0
}

/** Whether it is only function words, numbers, units and single letters. A symbol in capitals (`WAS`) is none of them. */
function isNoConcept(surface: string, folded: string): boolean {
  if (/^\p{Lu}{3,}$/u.test(surface)) return false
  return folded
    .split(' ')
    .every((word) => word.length < 2 || /^\d+$/.test(word) || functionWords.has(word) || units.has(word))
}

/** Short stretches inside a hyphenated word, like the `IL` of `IL-2`. */
function isPieceOfWord(text: string, { start, end }: Span): boolean {
  const joined =
    HYPHEN.test(text.charAt(start - 1)) || /^[-\u2010\u2011][\p{L}\p{N}]/u.test(text.slice(end, end + 3))
  return joined && end - start < 5
}

const HYPHEN = /[-\u2010\u2011]/

/** Whether only blanks and punctuation stand between the position and the end of a sentence or the beginning. */
function isSentenceStart(text: string, position: number): boolean {
  return /(?:^|[.!?:]\s+)[^\p{L}\p{N}]*$/u.test(text.slice(Math.max(0, position - 12), position))
}
