import type { Hover, HoverParams } from 'vscode-languageserver'
import type { Span } from '../../core/index.ts'
import { linkMarkdown } from '../conceptMarkdown.ts'
import { isShown, linkAt, type OpenManuscript } from '../manuscripts.ts'
import type { Session } from '../session.ts'
import { toHover, toRange } from '../toLsp.ts'

/** What a word is linked to, from the latest results; nothing for words without a link that is shown. */
export function hover(session: Session, { textDocument, position }: HoverParams): Hover | null {
  const manuscript = session.manuscript(textDocument.uri)
  if (!manuscript) return null
  const found = hoverOf(session, manuscript, manuscript.document.offsetAt(position))
  return found ? toHover(manuscript.document, found.source, found.markdown) : null
}

/** The hover at an offset and the words it is about. */
export function hoverOf(
  session: Session,
  manuscript: OpenManuscript,
  offset: number,
): { readonly source: Span; readonly markdown: string } | undefined {
  const { document, settings, tools, uri } = manuscript
  const placed = linkAt(manuscript, offset)
  if (!placed || !tools || !(isShown(placed.link, settings) || placed.link.chosenBy === 'author'))
    return undefined
  const place = { uri, range: toRange(document, placed.source), hasCommands: session.hasCommands }
  return { source: placed.source, markdown: linkMarkdown(placed, tools.knowledgeBase, place) }
}
