import { gramsOf, gramsOfBeginning } from './grams.ts'

/**
 * The words of a text that somebody is typing. Each begins a word of the names looked for, in any order; a word of one
 * character, unless it is the last, is such a word whole, as in `type 2 dia`.
 */
export interface TypedWords {
  readonly beginnings: readonly string[]
  readonly whole: readonly string[]
}

/** The words of a folded text as it is typed. */
export function typedWords(folded: string): TypedWords {
  const words = folded === '' ? [] : folded.split(' ')
  const isWhole = (word: string, i: number): boolean => word.length === 1 && i + 1 < words.length
  return {
    beginnings: words.filter((word, i) => !isWhole(word, i)),
    whole: words.filter(isWhole),
  }
}

/** Whether a folded name has all the words. */
export function hasWords(folded: string, { beginnings, whole }: TypedWords): boolean {
  const name = ` ${folded} `
  return (
    beginnings.every((word) => name.includes(` ${word}`)) && whole.every((word) => name.includes(` ${word} `))
  )
}

/** The distinct 3-grams that every name with the words has. None for a single character, which begins too many. */
export function gramsOfWords({ beginnings, whole }: TypedWords): Uint32Array {
  const grams = [...beginnings.map(gramsOfBeginning), ...whole.map(gramsOf)].flatMap((some) => [...some])
  return Uint32Array.from(new Set(grams)).sort()
}
