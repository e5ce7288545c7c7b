import type { CancellationToken, Link, RankedCandidate } from '../../core/index.ts'
import type { CandidateList, ConceptItem, RangeParams, SearchParams } from '../../protocol/index.ts'
import { percent, typeLabels } from '../conceptMarkdown.ts'
import { toSpan } from '../fromLsp.ts'
import { shortId } from '../identifiers.ts'
import { linkAt, parse, type OpenManuscript } from '../manuscripts.ts'
import type { Session } from '../session.ts'
import { toRange } from '../toLsp.ts'

const MAX_SEARCHED = 100

/** The candidates of the mention at a range, or for the words selected. */
export async function candidates(
  session: Session,
  { uri, range }: RangeParams,
): Promise<CandidateList | null> {
  const manuscript = session.manuscript(uri)
  if (!manuscript) return null
  void prepareSearch(session, manuscript)
  const span = toSpan(manuscript.document, range)
  const placed = linkAt(manuscript, span.start)
  const isWhole = placed && (span.start === span.end || span.end <= placed.source.end)
  if (placed && isWhole) return listOf(manuscript, { ...placed.link, source: placed.source }, true)
  const tools = await session.toolsFor(manuscript)
  const link = await tools?.linker.candidatesFor(parse(manuscript), uri, span)
  return link ? listOf(manuscript, link, false) : null
}

/** Whoever sees the candidates may type next. A search that cannot be prepared says so when it is made. */
async function prepareSearch(session: Session, manuscript: OpenManuscript): Promise<void> {
  const tools = await session.toolsFor(manuscript)
  await tools?.linker.prepareSearch().catch(() => undefined)
}

/** Concepts of the knowledge base for what a person typed; throws `CancelledError` when they typed on. */
export async function search(
  session: Session,
  { text, limit, uri }: SearchParams,
  token: CancellationToken,
): Promise<readonly ConceptItem[]> {
  const manuscript = uri === undefined ? undefined : session.manuscript(uri)
  const tools = await session.toolsFor(manuscript)
  if (!tools || text.trim() === '') return []
  const found = await tools.linker.search(text, { limit: Math.min(limit, MAX_SEARCHED), token })
  return found.map(itemOf)
}

function listOf({ document }: OpenManuscript, link: Link, isMention: boolean): CandidateList {
  return {
    text: link.mention.text,
    range: toRange(document, link.source),
    isMention,
    ...(link.chosen === undefined ? {} : { chosen: link.chosen }),
    items: link.candidates.map((candidate) => {
      const probability = probabilityOf(candidate, link)
      return { ...itemOf(candidate), ...(probability > 0 ? { probability: percent(probability) } : {}) }
    }),
  }
}

/** As the hover has it: the chosen concept has the probability of the link. 0 for what was not ranked. */
function probabilityOf({ id, probability }: RankedCandidate, link: Link): number {
  return id === link.chosen && link.chosenBy !== 'author' ? link.probability : probability
}

function itemOf(
  candidate: Pick<RankedCandidate, 'id' | 'preferredName' | 'matchedName' | 'types' | 'groups'>,
): ConceptItem {
  const { id, preferredName, matchedName } = candidate
  const types = typeLabels(candidate)
  return {
    id,
    shownId: shortId(id),
    name: preferredName,
    types,
    ...(matchedName === preferredName ? {} : { matched: matchedName }),
  }
}
