const GREEK = [
  'alpha',
  'beta',
  'gamma',
  'delta',
  'epsilon',
  'zeta',
  'eta',
  'theta',
  'iota',
  'kappa',
  'lambda',
  'mu',
  'nu',
  'xi',
  'omicron',
  'pi',
  'rho',
  'sigma', // final ς
  'sigma',
  'tau',
  'upsilon',
  'phi',
  'chi',
  'psi',
  'omega',
] as const

const FIRST_GREEK = 0x3b1

/** Latin letters that NFKD leaves whole. */
const LATIN: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ı: 'i',
  ŋ: 'n',
}

const FOLDED = /^[a-z0-9]+(?: [a-z0-9]+)*$/
const BEYOND_ASCII = /[^ -~\s]/

/**
 * The form in which names are compared: NFKD without combining marks, lower case, Greek letters spelled out, every
 * run of anything but letters and digits one space, none at the ends. Empty when the text has no letter or digit.
 * Folding twice changes nothing.
 *
 * @example `fold('TGF-β1')` is `'tgf beta1'`; `fold('Sjögren’s  Syndrome')` is `'sjogren s syndrome'`.
 */
export function fold(text: string): string {
  if (FOLDED.test(text)) return text
  if (!BEYOND_ASCII.test(text))
    return text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, ' ')
      .trim()
  return foldUnicode(text)
}

function foldUnicode(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[\u03b1-\u03c9]/g, (letter) => GREEK[letter.charCodeAt(0) - FIRST_GREEK] ?? letter)
    .replace(/[ßæœøłđðþħıŋ]/g, (letter) => LATIN[letter] ?? letter)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}
