import { Tokenizer } from '@huggingface/tokenizers'
import type { Span } from '../../../core/index.ts'
import { frameOf } from '../frame.ts'
import { formsOf } from './forms.ts'
import { beginsWord } from './offsetTokenizer.ts'
import type { OffsetTokenizer } from './offsetTokenizer.ts'

const BLANK = 0x20
/** How byte-level encodings write a blank. */
const WRITTEN_BLANK = 'Ġ'

/**
 * Byte-level byte-pair encoding, with offsets: every letter of a piece stands for one byte of the text, so that counting them leads
 * back to it. Blanks are counted on neither side, as some tokenizers put one in front of the text.
 */
export function bytePieces(json: object, settings: object): OffsetTokenizer {
  const tokenizer = new Tokenizer(json, settings)
  const normalize = (segment: string): string => tokenizer.normalizer?.normalize(segment) ?? segment
  return {
    ...frameOf(tokenizer),
    tokenize(text) {
      const { ids, tokens } = tokenizer.encode(text, { add_special_tokens: false })
      const bytes = bytesOf(text, normalize)
      const spans: Span[] = []
      let at = 0
      for (const token of tokens) {
        const count = token.length - token.split(WRITTEN_BLANK).length + 1
        const start = bytes.starts[at] ?? text.length
        const end = count === 0 ? start : (bytes.ends[at + count - 1] ?? text.length)
        spans.push({ start: count === 0 ? Math.max(0, start - 1) : start, end })
        at += count
      }
      return { ids, spans, wordStarts: spans.map(({ start }) => beginsWord(text, start)) }
    },
  }
}

/** Start and end in the text of every byte of its form that is not a blank. */
function bytesOf(
  text: string,
  normalize: (segment: string) => string,
): { readonly starts: readonly number[]; readonly ends: readonly number[] } {
  const forms = formsOf(text, normalize)
  const starts: number[] = []
  const ends: number[] = []
  for (let i = 0; i < forms.text.length;) {
    const letter = String.fromCodePoint(forms.text.codePointAt(i) ?? 0)
    const nBytes = letter.codePointAt(0) === BLANK ? 0 : Buffer.byteLength(letter)
    for (let byte = 0; byte < nBytes; byte++) {
      starts.push(forms.starts[i] ?? 0)
      ends.push(forms.ends[i] ?? 0)
    }
    i += letter.length
  }
  return { starts, ends }
}
