import type { NameMatch } from '../../core/index.ts'

/**
 * Whether a text may be the name in the case it is written in. Folding forgets case, and symbols read like words:
 * `was` is not the gene WAS, `cat` not CAT, but `Asthma` is asthma.
 *
 * - A symbol (WAS, p53, mTOR, IL-6: capitals or digits inside a word, no English word beside it) matches only as it is
 *   written, punctuation aside. Eight letters in a row are an English word, also in capitals.
 * - A word of at most three letters matches verbatim; a preferred name with a capital (`Eye`) also in small letters.
 * - Words of four letters match in small letters, as written, or with a capital at the beginning of a sentence.
 * - Longer words match in any case but a mixed one of their own (`ASTHMA`, not `aStHma`).
 *
 * @param atSentenceStart whether the text begins a sentence, where words get a capital
 */
export function isPlausibleCase(surface: string, match: NameMatch, atSentenceStart: boolean): boolean {
  const text = withoutPunctuation(surface)
  const name = withoutPunctuation(match.name)
  if (text === name) return true
  if (isSymbol(name)) return false
  const lower = text.toLowerCase()
  const nLetters = lower.replace(/[^\p{L}]/gu, '').length
  if (nLetters <= 3) return text === lower && match.kind === 'preferred' && /^\p{Lu}/u.test(name)
  if (nLetters === 4) return text === lower || (atSentenceStart && text === capitalised(lower))
  return !isMixedCase(surface)
}

const withoutPunctuation = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()

/** A word with capitals or digits where English has none, and no English word beside it. */
function isSymbol(name: string): boolean {
  if (/\p{Ll}{4}/u.test(name) || /(?<!\p{N})\p{L}{8}/u.test(name)) return false
  return name
    .split(' ')
    .some((word) => /\p{L}.*\p{Lu}/u.test(word) || /\p{L}.*\p{N}|\p{N}.*\p{L}/u.test(word))
}

const isMixedCase = (text: string): boolean =>
  text.split(/[^\p{L}]+/u).some((word) => /\p{Ll}\p{Lu}/u.test(word))

const capitalised = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)
