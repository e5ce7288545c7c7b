import type { Pieces } from '../../tokenizer.ts'
import type { Frame } from '../frame.ts'

/** Cuts texts into the word pieces of a model and knows where each stands. */
export interface OffsetTokenizer extends Frame {
  /** Pieces may be blanks alone; those of a letter that became several pieces overlap. */
  tokenize(text: string): Pieces
}

/** Whether a piece begins a word: such tokenizers do not say, so that a blank before it or at its start decides. */
export function beginsWord(text: string, start: number): boolean {
  return start === 0 || /\s/.test(text.slice(start - 1, start + 1))
}
