import { ConceptLensError, type CancellationToken } from '../../core/index.ts'
import type { DocumentParams, LinkSummary } from '../../protocol/index.ts'
import { isShown } from '../manuscripts.ts'
import type { Session } from '../session.ts'

const MAX_PROBLEMS = 20

/** Links the whole document now, even where linking is switched off. */
export async function linkDocument(
  session: Session,
  { uri }: DocumentParams,
  token: CancellationToken,
): Promise<LinkSummary> {
  const manuscript = session.manuscript(uri)
  if (!manuscript)
    throw new ConceptLensError('not-open', 'The document is not open. Open it, and link it again.')
  const { manuscript: linked } = await session.loop.linkNow(manuscript, token)
  const links = linked.passages.flatMap((passage) => passage.links)
  const problems = [...new Set([...linked.manuscript.problems, ...linked.problems])]
  return {
    nPassages: linked.passages.length,
    nLinks: links.filter(({ chosen }) => chosen !== undefined).length,
    nShown: links.filter((link) => isShown(link, manuscript.settings)).length,
    problems: problems.slice(0, MAX_PROBLEMS).map(({ message }) => message),
  }
}
