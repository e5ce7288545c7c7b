import type { Section, SectionKind } from '../core/index.ts'

/** The section before the first heading. */
export const FRONT: Section = { kind: 'other', title: '', level: 0 }

// The words that head sections, by what they announce; each pattern must match a whole part of the heading.
const HEADINGS: readonly (readonly [SectionKind, RegExp])[] = [
  [
    'abstract',
    /^(structured |graphical |plain[- ]language )?(abstract|summary|synopsis)$|^(author|executive|lay) summary$/,
  ],
  [
    'introduction',
    /^(introduction( to .*)?|background|motivation|rationale|related work|literature review)$/,
  ],
  [
    'methods',
    /^((experimental |online |statistical |computational |supplementary |detailed |star[★* -]*)?(materials?|methods?|methodology|methodologies|procedures?)|experimental( section| design| setup)?|(materials?|subjects?|patients?|participants?|models?|data) and methods?|study (design|population|protocol)|statistical analys[ie]s|data (analysis|collection)|patients|participants|subjects)$/,
  ],
  ['results', /^((main |experimental |key )?(results?|findings)|outcomes?|evaluation)$/],
  [
    'discussion',
    /^((general )?discussion|(study )?limitations|(strengths|limitations) and (limitations|strengths)|interpretation|comment)$/,
  ],
  [
    'conclusion',
    /^(conclusions?|concluding remarks|(conclusions? and )?(outlook|perspectives?|future (work|directions?|perspectives?)))$/,
  ],
  ['acknowledgements', /^(acknowledge?ments?|funding( information| sources)?|financial support|thanks)$/],
  [
    'references',
    /^(references?|bibliography|literature( cited)?|works cited|reference list|cited literature)$/,
  ],
  [
    'supplement',
    /^((supplement(ary|al)?|supporting|additional) ?(information|materials?|data|files?|figures?|tables?|text)?|supplements?|appendix( [a-z0-9]+)?|appendices|annex)$/,
  ],
]

/**
 * What a section is about, by the words of its heading; `undefined` when they do not say.
 * Numbers before it (`2.1`, `IV.`), case and punctuation do not matter; of a joint heading ("Results and discussion",
 * "Methods: cell culture") the first part counts.
 */
export function sectionKindOf(heading: string): SectionKind | undefined {
  const words = heading
    .normalize('NFKC')
    .toLowerCase()
    .replace(/^\s*(?:section\s+)?(?:\d+(?:\.\d+)*[.)]?\s+|(?:[ivx]+|[a-z])[.)]\s+)/, '')
    .replace(/[\s\u00a0]+/g, ' ')
    .replace(/&/g, 'and')
    .replace(/[.:;\s]+$/, '')
    .trim()
  return match(words) ?? match(words.split(/\s*(?::|—|–|\/|,| and )\s*/)[0] ?? '')
}

function match(words: string): SectionKind | undefined {
  return HEADINGS.find(([, pattern]) => pattern.test(words))?.[0]
}

/** Follows headings through a manuscript and tells the section of what comes next. */
export interface SectionTracker {
  readonly current: Section
  /** Enters the section of a heading. Returns that section. */
  enter(heading: {
    readonly title: string
    readonly rank: number
    readonly kind?: SectionKind | undefined
  }): Section
}

/** Makes a {@link SectionTracker} that stands before the first heading. */
export function trackSections(): SectionTracker {
  let path: { readonly rank: number; readonly section: Section }[] = []
  const current = (): Section => path[path.length - 1]?.section ?? FRONT
  return {
    get current() {
      return current()
    },
    enter({ title, rank, kind }) {
      path = path.filter((p) => p.rank < rank)
      // A subsection whose heading says nothing belongs to its section's kind.
      const inherited = path[path.length - 1]?.section.kind
      const own =
        kind ??
        sectionKindOf(title) ??
        (inherited === undefined || inherited === 'title' ? 'other' : inherited)
      const section: Section = { kind: own, title, level: Math.max(1, rank) }
      path.push({ rank, section })
      return section
    },
  }
}
