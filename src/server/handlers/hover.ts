import type { Hover, HoverParams } from 'vscode-languageserver'
import type { Definition, KnowledgeBase, Span } from '../../core/index.ts'
import { linkMarkdown } from '../conceptMarkdown.ts'
import { isShown, isTypeOnly, linkAt, type OpenManuscript } from '../manuscripts.ts'
import { isPipelineFile, pipelineHover } from '../pipelineDocuments.ts'
import type { Session } from '../session.ts'
import { toHover, toRange } from '../toLsp.ts'

/** A hover waits this long for a definition from the network. */
const PATIENCE_MS = 1500

/** What a word is linked to, from the latest results; nothing for words without a link that is shown. */
export async function hover(
  session: Session,
  { textDocument, position }: HoverParams,
): Promise<Hover | null> {
  const manuscript = session.manuscript(textDocument.uri)
  if (!manuscript) return null
  const { document } = manuscript
  if (isPipelineFile(document.uri)) return pipelineHover(document, document.offsetAt(position))
  const found = await hoverOf(session, manuscript, document.offsetAt(position))
  return found ? toHover(document, found.source, found.markdown) : null
}

/** The hover at an offset and the words it is about. */
export async function hoverOf(
  session: Session,
  manuscript: OpenManuscript,
  offset: number,
): Promise<{ readonly source: Span; readonly markdown: string } | undefined> {
  const { document, settings, tools, uri } = manuscript
  const placed = linkAt(manuscript, offset)
  if (!placed || !tools) return undefined
  const isTyped = isTypeOnly(placed.link, settings)
  if (!isTyped && !isShown(placed.link, settings) && placed.link.chosenBy !== 'author') return undefined
  const place = { uri, range: toRange(document, placed.source), hasCommands: session.hasCommands }
  const chosen = placed.link.chosen
  const definitions = settings['umls.definitions'] ? await fetched(session, tools.knowledgeBase, chosen) : []
  return {
    source: placed.source,
    markdown: linkMarkdown(placed, tools.knowledgeBase, { ...place, definitions, isTyped }),
  }
}

/** Definitions of a UMLS concept that the knowledge base does not define. A slow answer is there for the next hover. */
async function fetched(
  session: Session,
  knowledgeBase: KnowledgeBase,
  id: string | undefined,
): Promise<readonly Definition[]> {
  const cui = /^UMLS:(C\d{7})$/.exec(id ?? '')?.[1]
  const [ref] = id === undefined ? [] : knowledgeBase.resolve(id)
  if (cui === undefined || ref === undefined || knowledgeBase.concept(ref).definitions.length > 0) return []
  let forget = (): void => {}
  const late = new Promise<undefined>((resolve) => {
    forget = session.timers.after(PATIENCE_MS, () => resolve(undefined))
  })
  const answer = await Promise.race([session.definitions.of(cui), late])
  forget()
  return answer ?? []
}
