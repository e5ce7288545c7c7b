/**
 * Text as BERT models read it, with the way back to the source.
 * `starts[i]` and `ends[i]` are the source span (UTF-16) that unit `i` of `text` stands for.
 *
 * @example `Naïve` (with a combining diaeresis) gives `naive`; unit 2 stands for both source units of `ï`.
 */
export interface Normalized {
  readonly text: string
  /** `undefined`: every unit stands for the source unit at its own position. */
  readonly map?: { readonly starts: Int32Array; readonly ends: Int32Array }
}

const SPACE = ' '
/** Text without anything to remove, widen or decompose; its lower case is its normal form. */
const PLAIN = /^[\t\n\r -~]*$/
/** Removed by BERT's `clean_text`, except tab, line feed and carriage return. */
const CONTROL = /[\0\uFFFD\p{Cc}\p{Cf}\p{Co}\p{Cs}]/u
const MARK = /\p{Mn}/u
const MARKS = /\p{Mn}/gu

/** Ranges of BERT's `handle_chinese_chars`: each of these is a word of its own. */
const CHINESE: readonly (readonly [number, number])[] = [
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xf900, 0xfaff],
  [0x20000, 0x2a6df],
  [0x2a700, 0x2b73f],
  [0x2b740, 0x2b81f],
  [0x2b820, 0x2ceaf],
  [0x2f800, 0x2fa1f],
]

/** See {@link createNormalizer}. */
export type Normalizer = (source: string) => Normalized

/** What a BERT model's normaliser changes beside controls and white space. */
export interface NormalizerRules {
  readonly lowerCase: boolean
  readonly stripAccents: boolean
  /** Whether each CJK ideograph is a word of its own. */
  readonly ideographsApart: boolean
}

/** The rules of uncased models. */
export const UNCASED: NormalizerRules = { lowerCase: true, stripAccents: true, ideographsApart: true }

/**
 * BERT's normaliser: controls removed, white space to blanks and, as the rules say, CJK ideographs set apart, lower case, accents
 * stripped (`BertNormalizer` of Hugging Face tokenizers). It remembers the characters it has met; there are few in a manuscript.
 */
export function createNormalizer(rules: NormalizerRules = UNCASED): Normalizer {
  const forms = new Map<string, string>()
  const formOf = (char: string): string => {
    if (char >= '!' && char <= '~') return char
    let form = forms.get(char)
    if (form === undefined) {
      form = normalForm(char, rules)
      forms.set(char, form)
    }
    return form
  }
  return (source) => {
    const cased = rules.lowerCase ? lowerCase(source) : source
    return PLAIN.test(source) ? { text: cased } : normalize(cased, formOf)
  }
}

function normalize(cased: string, formOf: (char: string) => string): Normalized {
  const parts: string[] = []
  const starts: number[] = []
  const ends: number[] = []
  let start = 0
  for (const char of cased) {
    const end = start + char.length
    const form = formOf(char)
    if (form !== '') {
      parts.push(form)
      for (let i = 0; i < form.length; i++) {
        starts.push(start)
        ends.push(end)
      }
    } else if (ends.at(-1) === start && MARK.test(char)) {
      // A stripped mark belongs to the letter before it: spans never cut between the two.
      const first = starts.at(-1)
      for (let i = ends.length - 1; i >= 0 && starts[i] === first; i--) ends[i] = end
    }
    start = end
  }
  return { text: parts.join(''), map: { starts: Int32Array.from(starts), ends: Int32Array.from(ends) } }
}

/** Lower case of the same length: `İ` is the one letter whose lower case is longer, and its dot would be stripped anyway. */
function lowerCase(text: string): string {
  const lower = text.toLowerCase()
  return lower.length === text.length ? lower : text.replaceAll('\u0130', 'I').toLowerCase()
}

function normalForm(char: string, { stripAccents, ideographsApart }: NormalizerRules): string {
  if (/^\s$/.test(char) && !/[\v\f\uFEFF]/.test(char)) return SPACE
  if (CONTROL.test(char)) return ''
  const bare = stripAccents ? char.normalize('NFD').replace(MARKS, '') : char
  return ideographsApart && isChinese(char.codePointAt(0) ?? 0) ? SPACE + bare + SPACE : bare
}

function isChinese(codePoint: number): boolean {
  return codePoint >= 0x3400 && CHINESE.some(([first, last]) => codePoint >= first && codePoint <= last)
}
