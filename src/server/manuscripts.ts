import type { TextDocument } from 'vscode-languageserver-textdocument'
import type { Link, LinkedManuscript, LinkedPassage, Manuscript, Span } from '../core/index.ts'
import { formatOf, type ManuscriptParser } from '../document/index.ts'
import { isShown as reachesPeople } from '../linking/index.ts'
import type { Settings } from '../protocol/index.ts'
import { mapRegion, mapSpan, type Edit } from './editMapping.ts'
import type { Tools } from './workbench.ts'

/** A link at the place where the editor shows it now. */
export interface PlacedLink {
  readonly link: Link
  /** In the text as it is now, UTF-16 units. */
  readonly source: Span
  /** The passage that it stands in; links of one passage share it. */
  readonly passage: LinkedPassage
}

/** What linking found, and with what. */
export interface Linked {
  /** The version of the document that was linked. */
  readonly version: number
  readonly manuscript: LinkedManuscript
  readonly tools: Tools
}

/** An open document and what is known of it. Changed in place by the linking loop only. */
export interface OpenManuscript {
  readonly uri: string
  readonly document: TextDocument
  readonly parser: ManuscriptParser
  /** The links to show, sorted by place, mapped through the edits since they were found. */
  links: readonly PlacedLink[]
  /** The settings and tools that `links` were found with. */
  settings: Settings
  tools: Tools | undefined
  /** The latest complete result; older than the document while that is being linked again. */
  latest: Linked | undefined
  /** What the editor shows, as spans of the text. */
  visible: readonly Span[]
  /** Where the latest edit ended, in the text as it is now. */
  edited: number | undefined
}

/** Whether a document is a manuscript under these settings. */
export function isManuscript(document: TextDocument, settings: Settings): boolean {
  const isWritten = /\.(qmd|rmd)$/i.test(document.uri)
  return isWritten || settings.languages.includes(document.languageId)
}

/** Parses the document as it is now; cheap after a small edit. */
export function parse({ uri, document, parser }: OpenManuscript): Manuscript {
  const format = formatOf(uri, document.languageId)
  return parser.parse({ file: uri, text: document.getText(), ...(format ? { format } : {}) })
}

/** Moves what is shown along with an edit; links that the edit touched are dropped until they are found again. */
export function applyEdit(manuscript: OpenManuscript, edit: Edit): void {
  manuscript.links = manuscript.links.flatMap((placed) => {
    const source = mapSpan(placed.source, edit)
    if (source === placed.source) return placed
    return source ? { ...placed, source } : []
  })
  manuscript.visible = manuscript.visible.map((span) => mapRegion(span, edit))
  manuscript.edited = edit.start + edit.text.length
}

/** Replaces the links of some passages, whose spans fit the text as it is now. */
export function replacePassages(manuscript: OpenManuscript, passages: readonly LinkedPassage[]): void {
  const fresh = passages
    .filter(({ passage }) => passage.file === manuscript.uri)
    .sort((a, b) => a.passage.source.start - b.passage.source.start)
  let next = 0
  const others = manuscript.links.filter(({ source }) => {
    while (fresh[next] && (fresh[next]?.passage.source.end ?? 0) <= source.start) next++
    return source.end <= (fresh[next]?.passage.source.start ?? Infinity)
  })
  manuscript.links = [...others, ...fresh.flatMap(placeLinks)].sort(byPlace)
}

/**
 * Replaces those links of a passage that stand between the first and the last of the new ones. The others of the passage
 * stay as they were until they are found again.
 */
export function replaceNearest(manuscript: OpenManuscript, nearest: LinkedPassage): void {
  const { links, passage } = nearest
  const start = links[0]?.source.start ?? 0
  const end = links.at(-1)?.source.end ?? 0
  const before = manuscript.links.filter(({ source }) => source.end <= start)
  const after = manuscript.links.filter(({ source }) => source.start >= end)
  const isBeside = ({ source }: PlacedLink) =>
    source.start >= passage.source.start && source.end <= passage.source.end
  const linksOf = (placed: readonly PlacedLink[]) => placed.filter(isBeside).map(({ link }) => link)
  const whole = { passage, links: [...linksOf(before), ...links, ...linksOf(after)] }
  // They keep the text that they were found in, but which mention of a concept is the first is seen among all.
  const among = (one: PlacedLink): PlacedLink =>
    isBeside(one) ? { ...one, passage: { ...one.passage, links: whole.links } } : one
  const found = links.map((link) => placed(link, whole))
  manuscript.links = [...before.map(among), ...found, ...after.map(among)]
}

/** Replaces all links by those of a whole result, whose spans fit the text as it is now. */
export function replaceAll(manuscript: OpenManuscript, linked: LinkedManuscript): void {
  manuscript.links = linked.passages
    .filter(({ passage }) => passage.file === manuscript.uri)
    .flatMap(placeLinks)
    .sort(byPlace)
}

const byPlace = (a: PlacedLink, b: PlacedLink): number => a.source.start - b.source.start

const placeLinks = (passage: LinkedPassage): PlacedLink[] =>
  passage.links.map((link) => placed(link, passage))

const placed = (link: Link, passage: LinkedPassage): PlacedLink => ({ link, source: link.source, passage })

/** Whether people see a link under these settings. */
export function isShown(link: Link, settings: Settings): boolean {
  return reachesPeople(link, settings.minimumProbability)
}

/**
 * Whether people see a mention by the type that they named, because no concept is shown for it. What they decided to be
 * no concept is not.
 */
export function isTypeOnly(link: Link, settings: Settings): boolean {
  return link.mention.namedType !== undefined && link.chosenBy !== 'author' && !isShown(link, settings)
}

/** The link at an offset, its end included when no other starts there. */
export function linkAt(manuscript: OpenManuscript, offset: number): PlacedLink | undefined {
  const inside = manuscript.links.find(({ source }) => source.start <= offset && offset < source.end)
  return inside ?? manuscript.links.find(({ source }) => source.end === offset)
}

/** The links that overlap a span. */
export function linksIn(manuscript: OpenManuscript, span: Span): readonly PlacedLink[] {
  return manuscript.links.filter(({ source }) => source.start < span.end && source.end > span.start)
}
