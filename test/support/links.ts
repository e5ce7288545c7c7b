import type { Link, LinkedPassage } from '../../src/core/index.ts'

const candidate = (id: string, probability: number): Link['candidates'][number] => ({
  concept: id.codePointAt(0) ?? 0,
  id,
  matchedName: id,
  matchedKind: 'preferred',
  preferredName: id,
  lexicalScore: 1,
  denseScore: 0,
  exact: true,
  nameCount: 0,
  conceptCount: 0,
  nMatches: 1,
  officialScore: 1,
  types: [],
  groups: [],
  probability,
})

/** A link that chose between A and B. */
export function linkBetween(text: string, a: number, b: number, more: Partial<Link> = {}): Link {
  const candidates = [candidate('A', a), candidate('B', b)].sort((x, y) => y.probability - x.probability)
  const span = { start: 0, end: text.length }
  const mention = { span, text, origins: ['tagger' as const] }
  return {
    mention,
    source: span,
    candidates,
    chosen: a >= b ? 'A' : 'B',
    probability: Math.max(a, b),
    chosenBy: 'model',
    ...more,
  }
}

/** A passage with nothing but links. */
export const passageWith = (...links: Link[]): LinkedPassage => ({
  passage: {
    file: 'a.md',
    text: '',
    segments: [],
    source: { start: 0, end: 0 },
    kind: 'paragraph',
    section: { kind: 'other', title: '', level: 0 },
    sentences: [],
  },
  links,
})

/** What was chosen with which probability: `A 0.65`; `-` for "none of these". */
export const choicesOf = (passages: readonly LinkedPassage[]) =>
  passages.map(({ links }) => links.map((one) => `${one.chosen ?? '-'} ${one.probability.toFixed(2)}`))
