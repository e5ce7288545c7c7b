import type { CancellationToken } from '../../core/index.ts'
import { ConceptLensError } from '../../core/index.ts'
import type { ExportParams, ExportResult } from '../../protocol/index.ts'
import type { Session } from '../session.ts'

/** The document as the editor shows it, saved or not, with its links, in an exchange format. */
export async function exportDocument(
  session: Session,
  { uri }: ExportParams,
  token: CancellationToken,
): Promise<ExportResult> {
  const manuscript = session.manuscript(uri)
  if (!manuscript)
    throw new ConceptLensError('not-open', 'The document is not open. Open it, and export again.')
  const linked = await session.loop.linkNow(manuscript, token)
  const { settings } = await session.configuration.of(uri)
  const knowledgeBase = linked.tools.knowledgeBase
  return session.exporter({ linked: linked.manuscript, knowledgeBase, settings })
}
