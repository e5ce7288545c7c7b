import type { Span } from '../core/index.ts'
import { ConceptLensError } from '../core/index.ts'
import type { Normalized, NormalizerRules } from './normalizer.ts'
import { createNormalizer } from './normalizer.ts'

/** A text cut into word pieces. The three lists are equally long. */
export interface Pieces {
  /** Ids in the vocabulary. */
  readonly ids: readonly number[]
  /**
   * In the text, UTF-16 units: sorted and never empty. They overlap only where one letter decomposes into several
   * pieces (a Korean syllable).
   */
  readonly spans: readonly Span[]
  /** Whether the piece begins a word; else it continues one (`##…`). */
  readonly wordStarts: readonly boolean[]
}

/** Ids of the tokens that frame a segment. */
export interface SpecialTokens {
  readonly pad: number
  readonly unknown: number
  readonly cls: number
  readonly sep: number
  readonly mask: number
}

/**
 * BERT's WordPiece with source offsets. Ids are those of Hugging Face's `BertTokenizer`, without special tokens;
 * `[SEP]` and the like inside a text are read as ordinary text.
 */
export interface Tokenizer {
  readonly special: SpecialTokens
  readonly vocabularySize: number
  /** @example `tokenize('BRCA1s')` gives the pieces `br ##ca ##1 ##s` with spans `[0,2) [2,4) [4,5) [5,6)`. */
  tokenize(text: string): Pieces
}

/** A word's pieces: ids, and where each ends in the normalised word. */
interface WordPieces {
  readonly ids: readonly number[]
  readonly ends: readonly number[]
}

/** Words longer than this, in code points, are unknown (the reference implementation's `max_input_chars_per_word`). */
const MAX_WORD_CHARS = 100
const WORDS_REMEMBERED = 50_000
/** BERT's words: runs of anything but blanks and punctuation, and each punctuation mark alone. */
const WORD = /[^\s\p{P}$+<=>^`|~]+|[\p{P}$+<=>^`|~]/gu

/**
 * Makes a tokenizer from the text of a `vocab.txt` (one piece per line, the line number is the id).
 * @param rules how text is read; by default as uncased models read it
 * @throws ConceptLensError `tokenizer-vocabulary` when a special token is missing.
 */
export function createTokenizer(vocabulary: string, rules?: NormalizerRules): Tokenizer {
  return createWordPieces(vocabulary.replace(/\r?\n$/, '').split(/\r?\n/), rules)
}

/** As {@link createTokenizer}, from pieces in the order of their ids. */
export function createWordPieces(pieces: readonly string[], rules?: NormalizerRules): Tokenizer {
  const special = specialTokens(pieces)
  const cut = wordCutter(pieces, special.unknown)
  const normalize = createNormalizer(rules)
  const words = new Map<string, WordPieces>()

  const piecesOf = (word: string): WordPieces => {
    let known = words.get(word)
    if (!known) {
      if (words.size >= WORDS_REMEMBERED) words.clear()
      known = cut(word)
      words.set(word, known)
    }
    return known
  }

  return {
    special,
    vocabularySize: pieces.length,
    tokenize(source) {
      const { text, map } = normalize(source)
      const ids: number[] = []
      const spans: Span[] = []
      const wordStarts: boolean[] = []
      WORD.lastIndex = 0
      for (let match = WORD.exec(text); match; match = WORD.exec(text)) {
        const at = match.index
        const word = piecesOf(match[0])
        let start = 0
        for (let i = 0; i < word.ids.length; i++) {
          const end = word.ends[i] ?? start
          ids.push(word.ids[i] ?? special.unknown)
          spans.push(sourceSpan(map, at + start, at + end))
          wordStarts.push(i === 0)
          start = end
        }
      }
      return { ids, spans, wordStarts }
    },
  }
}

function sourceSpan(map: Normalized['map'], start: number, end: number): Span {
  if (!map) return { start, end }
  return { start: map.starts[start] ?? 0, end: map.ends[end - 1] ?? 0 }
}

function specialTokens(pieces: readonly string[]): SpecialTokens {
  const idOf = (piece: string): number => {
    const id = pieces.indexOf(piece)
    if (id >= 0) return id
    throw new ConceptLensError(
      'tokenizer-vocabulary',
      `The vocabulary has ${pieces.length} pieces but no ${piece}. A vocab.txt of a BERT model is needed; install the model again.`,
    )
  }
  return {
    pad: idOf('[PAD]'),
    unknown: idOf('[UNK]'),
    cls: idOf('[CLS]'),
    sep: idOf('[SEP]'),
    mask: idOf('[MASK]'),
  }
}

/** Longest match first from the left; a word that cannot be matched to its end is unknown as a whole. */
function wordCutter(pieces: readonly string[], unknown: number): (word: string) => WordPieces {
  const initial = new Map<string, number>()
  const continuing = new Map<string, number>()
  let longest = 0
  pieces.forEach((piece, id) => {
    const continues = piece.startsWith('##') && piece.length > 2
    const text = continues ? piece.slice(2) : piece
    ;(continues ? continuing : initial).set(text, id)
    longest = Math.max(longest, text.length)
  })
  return (word) => {
    const whole: WordPieces = { ids: [unknown], ends: [word.length] }
    if (word.length > MAX_WORD_CHARS && [...word].length > MAX_WORD_CHARS) return whole
    const ids: number[] = []
    const ends: number[] = []
    for (let start = 0; start < word.length;) {
      const known = start === 0 ? initial : continuing
      let end = Math.min(word.length, start + longest)
      let id = known.get(word.slice(start, end))
      while (id === undefined && end > start + 1) id = known.get(word.slice(start, --end))
      if (id === undefined) return whole
      ids.push(id)
      ends.push(end)
      start = end
    }
    return { ids, ends }
  }
}
