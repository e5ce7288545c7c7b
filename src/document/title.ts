import type { Section } from '../core/index.ts'
import type { Inclusion, PlacedBlock } from './block.ts'
import { sectionKindOf } from './sections.ts'

/** The section of a title. */
export const TITLE: Section = { kind: 'title', title: '', level: 0 }

/**
 * The heading that is the title of a Markdown document: one of rank 1 at the start, unless its words head a section or
 * the YAML gives a title. Of several headings of rank 1, the first is the title when another one heads a section
 * (`# On mice`, `# Introduction` …); else they are chapters. `undefined` when there is none.
 */
export function findTitle(items: readonly (PlacedBlock | Inclusion)[]): PlacedBlock | undefined {
  const placed = items.filter((item) => 'block' in item)
  if (placed.some(({ block }) => block.sectionKind === 'title')) return undefined
  const first = placed.find(({ block }) => block.sectionKind === undefined) // behind a YAML abstract
  if (!first || !isTopHeading(first) || heads(first)) return undefined
  const others = placed.filter((item) => item !== first && isTopHeading(item))
  return others.length === 0 || others.some(heads) ? first : undefined
}

function isTopHeading({ block }: PlacedBlock): boolean {
  return block.kind === 'heading' && block.rank === 1
}

/** Whether the heading's words say what its section is about. */
function heads({ block }: PlacedBlock): boolean {
  return sectionKindOf(block.text) !== undefined
}
