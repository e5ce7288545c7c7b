import type { Span } from '../../core/index.ts'
import { anchorOf, type Decision, type TextQuoteSelector } from '../../linking/index.ts'
import type {
  DecideParams,
  DecideResult,
  DecisionScope,
  DocumentParams,
  WirePosition,
} from '../../protocol/index.ts'
import type { NewDecision } from '../decisionsStore.ts'
import { toSpan } from '../fromLsp.ts'
import { linkAt, parse, type OpenManuscript } from '../manuscripts.ts'
import type { Session } from '../session.ts'

const WHERE: Readonly<Record<DecisionScope, string>> = {
  here: 'here',
  document: 'everywhere in this document',
  project: 'everywhere in this project',
}

/** Keeps what the author chose for the words at a range, and links again. */
export async function decide(
  session: Session,
  { uri, range, id, scope }: DecideParams,
): Promise<DecideResult> {
  const manuscript = session.manuscript(uri)
  if (!manuscript) return failure('The document is not open.')
  const anchor = await anchorAt(session, manuscript, toSpan(manuscript.document, range))
  if (!anchor)
    return failure('There are no words of prose here to decide on. Select the words of a concept first.')
  const words = `“${anchor.exact}”`
  if (id === undefined) {
    session.decisions.add(uri, { scope, anchor, action: 'none' })
    session.relinkAll()
    return { done: true, message: `${words} is not a concept ${WHERE[scope]}.` }
  }
  const decision = await linkDecision(session, manuscript, { id, scope, anchor })
  if (!decision) return failure(`The knowledge base has no concept ${id}. Search for another.`)
  session.decisions.add(uri, decision)
  session.relinkAll()
  return { done: true, message: `${words} is ${decision.name} ${WHERE[scope]}.` }
}

/** Takes back a decision: the one that holds at a position, else the latest on the document. */
export function undo(
  session: Session,
  { uri, position }: DocumentParams & { readonly position?: WirePosition },
): DecideResult {
  const manuscript = session.manuscript(uri)
  const placed = manuscript && position && linkAt(manuscript, manuscript.document.offsetAt(position))
  const here = placed && anchorOf(placed.passage.passage.text, placed.link.mention.span)
  const undone = session.decisions.undo(uri, here ? (decision) => holdsAt(decision, here) : undefined)
  if (!undone) return failure('There is no decision to undo here.')
  session.relinkAll()
  return { done: true, message: `The decision on “${undone.anchor.exact}” is undone.` }
}

type LinkChoice = Extract<NewDecision, { action: 'link' }>

async function linkDecision(
  session: Session,
  manuscript: OpenManuscript,
  choice: Omit<LinkChoice, 'action' | 'name'>,
): Promise<LinkChoice | undefined> {
  const knowledgeBase = (await session.toolsFor(manuscript))?.knowledgeBase
  const ref = knowledgeBase?.resolve(choice.id)[0]
  if (!knowledgeBase || ref === undefined) return undefined
  const { id, name } = knowledgeBase.concept(ref)
  return { ...choice, action: 'link', id, name }
}

/** The anchor of the mention at a span, or of the words selected. */
async function anchorAt(
  session: Session,
  manuscript: OpenManuscript,
  span: Span,
): Promise<TextQuoteSelector | undefined> {
  const placed = linkAt(manuscript, span.start)
  if (placed && span.end <= placed.source.end)
    return anchorOf(placed.passage.passage.text, placed.link.mention.span)
  const parsed = parse(manuscript)
  const tools = await session.toolsFor(manuscript)
  const link = await tools?.linker.candidatesFor(parsed, manuscript.uri, span)
  const passage =
    link &&
    parsed.passages.find(({ file, source, text }) => {
      const holds =
        file === manuscript.uri && source.start <= link.source.start && link.source.end <= source.end
      return holds && text.slice(link.mention.span.start, link.mention.span.end) === link.mention.text
    })
  return passage && anchorOf(passage.text, link.mention.span)
}

function holdsAt({ anchor, scope }: Decision, here: TextQuoteSelector): boolean {
  if (anchor.exact.toLowerCase() !== here.exact.toLowerCase()) return false
  return scope !== 'here' || anchor.prefix === here.prefix || anchor.suffix === here.suffix
}

function failure(message: string): DecideResult {
  return { done: false, message }
}
