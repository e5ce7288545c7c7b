import type { OpenConcept } from './openNames.ts'

/** Numbers in [0, 1), the same for the same seed (xorshift32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

const LINKS = [
  ' with ',
  ' due to ',
  ' of ',
  ' in ',
  ', ',
  ' secondary to ',
  '-associated ',
  ' and ',
  ' without ',
]
const AMOUNTS = [' 5 MG Oral Tablet', ' 250 MG/ML Injectable Solution', ' 0.1 % Topical Cream', ' 20 MG']
/** What real releases have and programs stumble over: marks, ligatures, other scripts, blanks of all kinds. */
const ODD = [
  'A\u030Angstro\u0308m',
  'ﬁbrosis',
  'β₂\u00a0microglobulin',
  '𝛼-syn',
  '糖尿病',
  'שלום',
  'CO\u2082\u200b',
  'D‐lactate',
]

/**
 * Concepts without end: first the open ones as they are, then new ones of their words, whose names vary as those of
 * several vocabularies do (other order, number, case, synonym).
 */
export function* recombined(open: readonly OpenConcept[], random: () => number): Generator<OpenConcept> {
  yield* open
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!
  const words = open.flatMap(({ names }) => names[0]!.split(' ')).filter((word) => word.length > 3)
  const variant = (name: string): string => {
    const roll = random()
    if (roll < 0.3) return inverted(name)
    if (roll < 0.5) return name.charAt(0).toUpperCase() + name.slice(1)
    if (roll < 0.65) return name.toLowerCase()
    if (roll < 0.8) return `${name}${name.endsWith('s') ? '' : 's'}`
    return `${pick(words)} ${name}`
  }
  for (;;) {
    const base = pick(open)
    const other = pick(open)
    const roll = random()
    const link = pick(LINKS)
    const amount = pick(AMOUNTS)
    const word = pick(words)
    const make = (name: string): string => {
      if (roll < 0.4) return withWord(name, word, roll * 2.5)
      if (roll < 0.8) return `${name}${link}${other.names[0]!}`
      return roll < 0.9 ? `${name}${amount}` : `${word} ${name}`
    }
    const first = make(pick(base.names))
    const names = [first]
    const n = Math.floor(random() * random() * 9)
    for (let i = 0; i < n; i += 1) names.push(i < base.names.length ? make(base.names[i]!) : variant(first))
    if (random() < 0.001) names.push(`${first} ${pick(ODD)}`)
    yield { names: [...new Set(names.map((name) => name.slice(0, 250)))], types: base.types }
  }
}

/** "acute lung injury" → "injury, acute lung". */
function inverted(name: string): string {
  const at = name.lastIndexOf(' ')
  return at < 0 ? name : `${name.slice(at + 1)}, ${name.slice(0, at)}`
}

/** The name with one of its words replaced; `where` in [0, 1) says which. */
function withWord(name: string, word: string, where: number): string {
  const parts = name.split(' ')
  parts[Math.floor(where * parts.length)] = word
  return parts.join(' ')
}
