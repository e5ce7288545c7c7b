import type { Link, LinkedManuscript, LinkedPassage, Passage, RankedCandidate } from '../../src/core/index.ts'

/** What a marked text says of a concept; everything has a default. */
export type ConceptFacts = Partial<
  Pick<RankedCandidate, 'preferredName' | 'types' | 'groups' | 'probability'>
>

/**
 * A linked manuscript from paragraphs in a notation one can read: `{MESH:D003924:type 2 diabetes} is common` links
 * "type 2 diabetes"; `{:study}` is a mention without a concept. Its source is the prose, a blank line between paragraphs.
 */
export function linkedManuscript(
  file: string,
  paragraphs: readonly string[],
  facts: Readonly<Record<string, ConceptFacts>> = {},
): LinkedManuscript {
  let start = 0
  const passages = paragraphs.map((marked, i) => {
    const linked = linkedPassage(marked, { file, start, isTitle: i === 0, facts })
    start = linked.passage.source.end + 2
    return linked
  })
  const manuscript = {
    file,
    format: 'markdown' as const,
    passages: passages.map(({ passage }) => passage),
    problems: [],
  }
  return { manuscript, passages, problems: [] }
}

interface Place {
  readonly file: string
  readonly start: number
  readonly isTitle: boolean
  readonly facts: Readonly<Record<string, ConceptFacts>>
}

function linkedPassage(marked: string, { file, start, isTitle, facts }: Place): LinkedPassage {
  const links: Link[] = []
  let text = ''
  let position = 0
  for (const match of marked.matchAll(/\{([\w.]+:[^:}]+|):([^}]*)\}/g)) {
    text += marked.slice(position, match.index)
    position = match.index + match[0].length
    const [, id = '', surface = ''] = match
    const span = { start: text.length, end: text.length + surface.length }
    text += surface
    links.push(link({ id, surface, span, start, facts: facts[id] ?? {} }))
  }
  text += marked.slice(position)
  const whole = { start: 0, end: text.length }
  const source = { start, end: start + text.length }
  const passage: Passage = {
    file,
    text,
    segments: [{ prose: whole, source }],
    source,
    kind: isTitle ? 'title' : 'paragraph',
    section: {
      kind: isTitle ? 'title' : 'abstract',
      title: isTitle ? '' : 'Abstract',
      level: isTitle ? 0 : 1,
    },
    sentences: [whole],
  }
  return { passage, links }
}

interface Draft {
  readonly id: string
  readonly surface: string
  readonly span: { start: number; end: number }
  readonly start: number
  readonly facts: ConceptFacts
}

function link({ id, surface, span, start, facts }: Draft): Link {
  const candidate: RankedCandidate = {
    ...{
      concept: 0,
      id,
      matchedName: surface,
      matchedKind: 'synonym',
      preferredName: surface,
      lexicalScore: 1,
      denseScore: 0,
      exact: true,
    },
    ...{ nameCount: 0, conceptCount: 0, nMatches: 1, officialScore: 1 },
    ...{ types: ['T047'], groups: ['DISO'], probability: 0.9 },
    ...facts,
  }
  return {
    mention: { span, text: surface, origins: ['dictionary'] },
    source: { start: span.start + start, end: span.end + start },
    candidates: id === '' ? [] : [candidate],
    ...(id === '' ? {} : { chosen: id }),
    probability: candidate.probability,
    chosenBy: 'model',
  }
}
