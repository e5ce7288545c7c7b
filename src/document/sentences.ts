import type { Span } from '../core/index.ts'

// A full stop after one of these does not end a sentence, whatever follows.
const ABBREVIATIONS = new Set(
  (
    'e.g i.e cf viz vs et al approx ca c resp ref refs fig figs eq eqs eqn eqns sec secs sect tab no nos vol ' +
    'dr prof mr mrs ms st sp spp ssp subsp var str sv pv cv gen nov dept univ inc ltd co corp ' +
    'supp suppl suppl ext app chap ed eds p pp max min avg s.d s.e i.v i.p s.c i.m p.o b.i.d ' +
    'jan feb mar apr jun jul aug sep sept oct nov dec ph.d m.d'
  ).split(' '),
)
// After these a new sentence may well begin: only a following word in lower case, a digit or a bracket says otherwise.
const MAY_END = new Set([
  'al',
  'sp',
  'spp',
  'inc',
  'ltd',
  'co',
  'corp',
  'no',
  'max',
  'min',
  'p',
  'c',
  'st',
  'app',
])

// Without a stop inside there is nothing to ask the segmenter, which costs tens of microseconds.
const MAY_BREAK = /[.!?\p{Sentence_Terminal}].*\S/u

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' })

/**
 * The sentences of `text`, as spans of it without blanks around, sorted, not overlapping. Unicode's rules (UAX 29,
 * `Intl.Segmenter`), with the breaks after scientific abbreviations, initials and genus names (`E. coli`) taken back.
 */
export function findSentences(text: string): readonly Span[] {
  const sentences: Span[] = []
  if (!MAY_BREAK.test(text)) {
    pushTrimmed(sentences, text, { start: 0, end: text.length })
    return sentences
  }
  let start = 0
  for (const end of findBreaks(text)) {
    if (end < text.length && !endsSentence(text.slice(start, end), text.slice(end, end + 24))) continue
    pushTrimmed(sentences, text, { start, end })
    start = end
  }
  return sentences
}

// The segmenter's time grows with the square of the text's length: it gets windows of it. A break that has a good part
// of the window behind it is the same as in the whole text, as a rule looks ahead to the next letter only.
const WINDOW_LENGTH = 4096
const LOOKAHEAD_LENGTH = 512

/** Where Unicode's rules end a sentence, the end of the text included. */
function* findBreaks(text: string): Generator<number> {
  let start = 0
  let length = WINDOW_LENGTH
  while (start < text.length) {
    const before = start
    const window = text.slice(start, start + length)
    const isLast = before + window.length === text.length
    for (const { segment, index } of segmenter.segment(window)) {
      const end = index + segment.length
      if (!isLast && end > window.length - LOOKAHEAD_LENGTH) break
      start = before + end
      yield start
    }
    length = start === before ? length * 2 : WINDOW_LENGTH
  }
}

function pushTrimmed(sentences: Span[], text: string, { start, end }: Span): void {
  while (start < end && text[start] === ' ') start++
  while (end > start && text[end - 1] === ' ') end--
  if (start < end) sentences.push({ start, end })
}

function endsSentence(sentence: string, next: string): boolean {
  const word = /(?<=^|[\s([“"'])([\p{L}\d.]*)\.\s*$/u.exec(sentence.slice(-24))?.[1]
  if (word === undefined || word === '') return true
  const bare = word.replace(/^\.+/, '').toLowerCase()
  if (/^\p{Lu}$/u.test(word)) return !isInitial(sentence, next)
  if (MAY_END.has(bare)) return mayStart(next) && !(bare === 'al' && /^\p{Lu}\p{Ll}+ et al/u.test(next))
  return !ABBREVIATIONS.has(bare)
}

/** `E. coli`, `J. Smith`: one capital before the stop, that does not end a phrase like "vitamin C." or "hepatitis B." */
function isInitial(sentence: string, next: string): boolean {
  const before = /(\S+)\s+\p{Lu}\.\s*$/u.exec(sentence.slice(-40))?.[1]
  if (before === undefined) return true
  if (/\.$/.test(before) || /^\p{Lu}\.\s/u.test(next)) return true
  return /^\p{Ll}/u.test(next) || (!/^\p{Ll}+$/u.test(before) && /^\p{Lu}\p{Ll}/u.test(next))
}

function mayStart(next: string): boolean {
  return /^["“(']?\p{Lu}/u.test(next)
}
