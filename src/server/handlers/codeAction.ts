import type { CodeAction, CodeActionParams } from 'vscode-languageserver'
import { CLIENT_COMMANDS, SERVER_COMMANDS, type DecideParams } from '../../protocol/index.ts'
import { toSpan } from '../fromLsp.ts'
import { shortId } from '../identifiers.ts'
import { linkAt, linksIn, type OpenManuscript, type PlacedLink } from '../manuscripts.ts'
import { shorten } from '../markdownText.ts'
import type { Session } from '../session.ts'
import { ACTION_KIND, toCodeAction, toRange, type ActionContent } from '../toLsp.ts'

const MAX_ALTERNATIVES = 3
const MAX_NAME_LENGTH = 40

/** Quick fixes: another candidate, not a concept, search, link the selection, undo. */
export function codeActions(
  session: Session,
  { textDocument, range, context }: CodeActionParams,
): CodeAction[] {
  const manuscript = session.manuscript(textDocument.uri)
  const isWanted = !context.only || context.only.some((kind) => kind === ACTION_KIND || kind === '')
  if (!manuscript || !isWanted) return []
  const span = toSpan(manuscript.document, range)
  const placed = span.start === span.end ? linkAt(manuscript, span.start) : linksIn(manuscript, span)[0]
  const isExact = placed?.source.start === span.start && placed.source.end === span.end
  const actions = [
    ...(placed ? actionsOn(session, manuscript, placed) : []),
    ...(span.start < span.end && !isExact
      ? actionsOnSelection(session, { uri: textDocument.uri, range })
      : []),
  ]
  return actions.map(toCodeAction)
}

function actionsOn(
  session: Session,
  manuscript: OpenManuscript,
  { link, source }: PlacedLink,
): ActionContent[] {
  const { uri, document } = manuscript
  const here = { uri, range: toRange(document, source) }
  const decide = (title: string, argument: Omit<DecideParams, 'uri' | 'range'>): ActionContent => ({
    title,
    command: SERVER_COMMANDS.decide,
    argument: { ...here, ...argument },
  })
  const others = link.candidates.filter(({ id }) => id !== link.chosen).slice(0, MAX_ALTERNATIVES)
  const alternatives = others.flatMap(({ id, preferredName }) => {
    const title = `Link to ${shorten(preferredName, MAX_NAME_LENGTH)} (${shortId(id)})`
    return [
      decide(`${title} here`, { id, scope: 'here' }),
      decide(`${title} everywhere in this document`, { id, scope: 'document' }),
    ]
  })
  const isRejected = link.chosen === undefined && link.chosenBy === 'author'
  return [
    ...alternatives,
    ...(isRejected ? [] : [decide('Not a concept here', { scope: 'here' })]),
    ...(isRejected ? [] : [decide('Not a concept everywhere in this document', { scope: 'document' })]),
    ...(session.hasCommands
      ? [{ title: 'Search the knowledge base…', command: CLIENT_COMMANDS.chooseConcept, argument: here }]
      : []),
    ...(link.chosenBy === 'author'
      ? [
          {
            title: 'Undo your decision',
            command: SERVER_COMMANDS.undo,
            argument: { uri, position: here.range.start },
          },
        ]
      : []),
  ]
}

function actionsOnSelection(session: Session, here: Pick<DecideParams, 'uri' | 'range'>): ActionContent[] {
  if (!session.hasCommands) return []
  return [{ title: 'Link the selection…', command: CLIENT_COMMANDS.linkSelection, argument: here }]
}
