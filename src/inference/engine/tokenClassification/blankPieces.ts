import { Tokenizer } from '@huggingface/tokenizers'
import { LRUCache } from 'lru-cache'
import type { Span } from '../../../core/index.ts'
import { frameOf } from '../frame.ts'
import { formsOf } from './forms.ts'
import type { Forms } from './forms.ts'
import { beginsWord } from './offsetTokenizer.ts'
import type { OffsetTokenizer } from './offsetTokenizer.ts'

/** How SentencePiece writes a blank. */
const WRITTEN_BLANK = /▁/g
const WORD = /\S+/g
/** Words, and segments of words, whose answers are kept. */
const REMEMBERED = 50_000

/** Pieces of a word: ids, and the letters of each without blanks. */
interface WordPieces {
  readonly ids: readonly number[]
  readonly letters: readonly string[]
}

/**
 * SentencePiece's pieces with offsets. Words between blanks are cut each for itself, as the encoding does; the letters of their pieces
 * are those of the normalised word, which leads back to the text.
 */
export function blankPieces(json: object, settings: object): OffsetTokenizer {
  const tokenizer = new Tokenizer(json, settings)
  const unknown = (json as { model: { unk_id?: number } }).model.unk_id
  const formOf = remembering((segment) => normalForm(tokenizer, segment))
  const cut = remembering((word): WordPieces => {
    const { ids, tokens } = tokenizer.encode(word, { add_special_tokens: false })
    return { ids, letters: tokens.map((token) => token.replace(WRITTEN_BLANK, '')) }
  })
  return {
    ...frameOf(tokenizer),
    tokenize(text) {
      const forms = formsOf(text, formOf)
      const ids: number[] = []
      const spans: Span[] = []
      for (const { 0: word, index } of forms.text.matchAll(WORD)) {
        const source = text.slice(forms.starts[index], forms.ends[index + word.length - 1])
        const pieces = cut(source)
        ids.push(...pieces.ids)
        spans.push(...placed(pieces.letters, word, (start, end) => spanIn(forms, index + start, index + end)))
      }
      // A piece that is not in the vocabulary counts as a word, as in transformers.
      const wordStarts = spans.map(({ start }, i) => ids[i] === unknown || beginsWord(text, start))
      return { ids, spans, wordStarts }
    },
  }
}

/** Where each piece's letters stand in a word. What is not found there has all that is left of it. */
function placed(
  letters: readonly string[],
  word: string,
  spanOf: (start: number, end: number) => Span,
): readonly Span[] {
  let at = 0
  return letters.map((piece) => {
    const start = at
    at = word.startsWith(piece, at) ? at + piece.length : word.length
    return spanOf(start, at)
  })
}

/** A piece without letters is the blank before it; before the first word there is none, and its first letter stands for it. */
function spanIn({ starts, ends }: Forms, start: number, end: number): Span {
  const first = starts[start] ?? ends.at(-1) ?? 0
  if (end > start) return { start: first, end: ends[end - 1] ?? first }
  return first === 0 ? { start: 0, end: ends[start] ?? 0 } : { start: first - 1, end: first }
}

/** The form of a segment within a word: at the ends of a text blanks would be dropped. */
function normalForm({ normalizer }: Tokenizer, segment: string): string {
  if (!normalizer) return segment
  const within = normalizer.normalize(`x${segment}x`).replace(WRITTEN_BLANK, ' ').trim()
  const isFramed = within.length > 1 && within.startsWith('x') && within.endsWith('x')
  return isFramed ? within.slice(1, -1) : normalizer.normalize(segment)
}

function remembering<T extends object | string>(make: (text: string) => T): (text: string) => T {
  const known = new LRUCache<string, T>({ max: REMEMBERED })
  return (text) => {
    const found = known.get(text) ?? make(text)
    known.set(text, found)
    return found
  }
}
