import type { Explanation, PositionParams } from '../../protocol/index.ts'
import { parse } from '../manuscripts.ts'
import type { Session } from '../session.ts'
import { toRange } from '../toLsp.ts'

/** Why the word at a position is linked or not. */
export async function explain(
  session: Session,
  { uri, position }: PositionParams,
): Promise<Explanation | null> {
  const manuscript = session.manuscript(uri)
  if (!manuscript) return null
  const { document } = manuscript
  const tools = await session.toolsFor(manuscript)
  if (!tools) return { word: '', steps: [{ reason: 'limited', message: session.info().problems.join(' ') }] }
  const parsed = parse(manuscript)
  const decisions = session.decisions.for(uri)
  const offset = document.offsetAt(position)
  const { word, source, steps } = await tools.linker.explain(parsed, uri, offset, { decisions })
  const off = manuscript.settings.enable ? [] : [{ reason: 'off', message: 'Linking is switched off here.' }]
  return {
    word,
    ...(source ? { range: toRange(document, source) } : {}),
    steps: [...steps.map(({ reason, message }) => ({ reason, message })), ...off],
  }
}
