import type { PassageTrace, PositionParams } from '../../protocol/index.ts'
import { parse } from '../manuscripts.ts'
import type { Session } from '../session.ts'

/** The way of the passage at a position through the pipeline; `null` where there is no prose, or no knowledge base. */
export async function trace(
  session: Session,
  { uri, position }: PositionParams,
): Promise<PassageTrace | null> {
  const manuscript = session.manuscript(uri)
  const tools = manuscript && (await session.toolsFor(manuscript))
  if (!tools) return null
  const offset = manuscript.document.offsetAt(position)
  const decisions = session.decisions.for(uri)
  return (await tools.linker.trace(parse(manuscript), uri, offset, { decisions })) ?? null
}
