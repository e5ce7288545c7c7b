/**
 * Character 3-grams of folded names. Every word stands between two boundaries (`_`), and its overlapping triples are
 * its grams, so that a name is a bag of word parts and the order of its words does not matter:
 * `lung` → `_lu lun ung ng_`.
 *
 * A character is one of 64 symbols (boundary, a–z, 0–9, and 27 shared by all others), which makes a gram an 18-bit
 * number that needs no dictionary.
 */
export const N_GRAMS = 1 << 18

const FIRST_LETTER = 1
const FIRST_DIGIT = 27
const FIRST_OTHER = 37
const N_OTHERS = 27
const SPACE = 32

function symbolOf(unit: number): number {
  if (unit >= 97 && unit <= 122) return unit - 97 + FIRST_LETTER
  if (unit >= 48 && unit <= 57) return unit - 48 + FIRST_DIGIT
  if (unit === SPACE) return 0
  return FIRST_OTHER + (unit % N_OTHERS)
}

/** The distinct grams of a folded text, ascending. Empty for an empty text. */
export function gramsOf(folded: string): Uint32Array {
  const grams = new Uint32Array(folded.length)
  return grams.subarray(0, gramsInto(folded, grams))
}

/**
 * The distinct grams, ascending, of every word that begins with these characters: without the gram at the word's end,
 * where a longer word goes on. Empty for a single character.
 */
export function gramsOfBeginning(beginning: string): Uint32Array {
  const symbols = [0, ...Array.from(beginning, (_, i) => symbolOf(beginning.charCodeAt(i)))]
  const grams = new Uint32Array(Math.max(0, symbols.length - 2))
  for (let i = 0; i < grams.length; i += 1)
    grams[i] = (symbols[i]! << 12) | (symbols[i + 1]! << 6) | symbols[i + 2]!
  grams.sort()
  return grams.subarray(0, distinct(grams, grams.length))
}

/** Writes the distinct grams of a folded text, ascending, and returns how many there are: at most one a character. */
export function gramsInto(folded: string, grams: Uint32Array): number {
  if (folded.length === 0) return 0
  let n = 0
  let before = 0
  let here = symbolOf(folded.charCodeAt(0))
  for (let i = 1; i <= folded.length; i += 1) {
    const after = i < folded.length ? symbolOf(folded.charCodeAt(i)) : 0
    if (here !== 0) grams[n++] = (before << 12) | (here << 6) | after
    before = here
    here = after
  }
  if (n > FEW) grams.subarray(0, n).sort()
  else sortFew(grams, n)
  return distinct(grams, n)
}

/** Up to so many numbers are sorted faster by insertion. */
const FEW = 64

function sortFew(numbers: Uint32Array, n: number): void {
  for (let i = 1; i < n; i += 1) {
    const number = numbers[i]!
    let place = i
    for (; place > 0 && numbers[place - 1]! > number; place -= 1) numbers[place] = numbers[place - 1]!
    numbers[place] = number
  }
}

function distinct(sorted: Uint32Array, length: number): number {
  let n = 0
  for (let i = 0; i < length; i += 1) {
    if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[n++] = sorted[i]!
  }
  return n
}

/**
 * What a gram adds to a dot product: its squared inverse document frequency, `(1 + ln((1 + N) / (1 + df)))²`, where
 * the documents are the distinct folded names. Binary term frequency: a gram counts once however often it stands.
 */
export function gramWeight(nForms: number, documentFrequency: number): number {
  const idf = 1 + Math.log((1 + nForms) / (1 + documentFrequency))
  return idf * idf
}

/** Sum of the weights of both texts' common grams, added in ascending gram order so that every caller gets the same bits. */
export function dotProduct(a: Uint32Array, b: Uint32Array, weightOf: (gram: number) => number): number {
  let dot = 0
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const difference = a[i]! - b[j]!
    if (difference === 0) dot += weightOf(a[i]!)
    if (difference <= 0) i += 1
    if (difference >= 0) j += 1
  }
  return dot
}

/** The squared norm of a text: the sum of its grams' weights, in ascending gram order. */
export function squaredNorm(grams: Uint32Array, weightOf: (gram: number) => number): number {
  let sum = 0
  for (const gram of grams) sum += weightOf(gram)
  return sum
}

/** Cosine of two texts from their dot product and squared norms; 0 for an empty text, exactly 1 for equal bags. */
export function cosine(dot: number, squaredNormA: number, squaredNormB: number): number {
  return dot === 0 ? 0 : dot / Math.sqrt(squaredNormA * squaredNormB)
}
