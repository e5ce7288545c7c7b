import type { Passage, PassageKind, SectionKind } from '../../core/index.ts'
import type { Infons } from './types.ts'

/** `section_type` as the BioC version of PubMed Central has it; sections it has no word for get none. */
const SECTION_TYPES: Readonly<Record<SectionKind, string>> = {
  title: 'TITLE',
  abstract: 'ABSTRACT',
  introduction: 'INTRO',
  methods: 'METHODS',
  results: 'RESULTS',
  discussion: 'DISCUSS',
  conclusion: 'CONCL',
  acknowledgements: 'ACK_FUND',
  references: 'REF',
  supplement: 'SUPPL',
  other: '',
}

const PASSAGE_TYPES: Readonly<Record<Exclude<PassageKind, 'heading'>, string>> = {
  title: 'title',
  paragraph: 'paragraph',
  list: 'list',
  caption: 'fig_caption',
  table: 'table',
  footnote: 'footnote',
  quote: 'quote',
}

/** Infons of a passage: `type`, `section_type`, `section` (its heading), and where it stands in which source file. */
export function passageInfons({ file, kind, section, source }: Passage): Infons {
  return {
    type: passageType(kind, section),
    ...nonEmpty('section_type', sectionType(kind, section.kind)),
    ...nonEmpty('section', section.title),
    ...nonEmpty('file', file),
    source_start: String(source.start),
    source_end: String(source.end),
  }
}

function passageType(kind: PassageKind, { kind: section, level }: Passage['section']): string {
  if (kind === 'heading') return `title_${Math.max(1, level)}`
  return kind === 'paragraph' && section === 'abstract' ? 'abstract' : PASSAGE_TYPES[kind]
}

function sectionType(kind: PassageKind, section: SectionKind): string {
  if (kind === 'title') return 'TITLE'
  if (kind === 'caption') return 'FIG'
  return kind === 'table' ? 'TABLE' : SECTION_TYPES[section]
}

function nonEmpty(key: string, value: string): Infons {
  return value === '' ? {} : { [key]: value }
}

/** The kind of block that a passage's infons tell of; a paragraph when they tell nothing. */
export function kindOf({ type = '' }: Infons): PassageKind {
  const kind = Object.entries(PASSAGE_TYPES).find(([, name]) => name === type)?.[0]
  if (kind !== undefined) return kind as PassageKind
  if (type === 'front') return 'title'
  if (/(^|_)title(_\d+)?$/.test(type)) return type.startsWith('fig') ? 'caption' : 'heading'
  if (type.endsWith('caption')) return 'caption'
  if (type.startsWith('table')) return 'table'
  return type === 'footnote' || type === 'footnotes' ? 'footnote' : 'paragraph'
}

/** The section that a passage's infons tell of; `other` when they tell nothing. */
export function sectionKindOf({ type = '', section_type = '' }: Infons): SectionKind {
  const named = Object.entries(SECTION_TYPES).find(([, name]) => name !== '' && name === section_type)?.[0]
  if (named !== undefined) return named as SectionKind
  if (type === 'title' || type === 'front') return 'title'
  return type.startsWith('abstract') ? 'abstract' : 'other'
}
