import type { InlayHint, InlayHintParams } from 'vscode-languageserver'
import type { Link } from '../../core/index.ts'
import type { Settings } from '../../protocol/index.ts'
import { toSpan } from '../fromLsp.ts'
import { shortId } from '../identifiers.ts'
import { isShown, isTypeOnly, linksIn, type OpenManuscript, type PlacedLink } from '../manuscripts.ts'
import { shorten } from '../markdownText.ts'
import type { Session } from '../session.ts'
import { toInlayHint } from '../toLsp.ts'
import { hoverOf } from './hover.ts'

const MAX_LABEL_LENGTH = 32

/** The hints of a range, from the latest results. Their tooltips come when asked for. */
export function inlayHints(session: Session, { textDocument, range }: InlayHintParams): InlayHint[] {
  const manuscript = session.manuscript(textDocument.uri)
  if (!manuscript) return []
  const { document, settings } = manuscript
  return shownHints(manuscript, toSpan(document, range)).map(({ link, source }) =>
    toInlayHint(document, {
      offset: source.end,
      label: labelOf(link, settings),
      data: { uri: manuscript.uri, offset: source.start },
    }),
  )
}

/** Adds the hover's text to a hint as its tooltip, when the link is still there. */
export async function resolveInlayHint(session: Session, hint: InlayHint): Promise<InlayHint> {
  const data = hint.data as { uri?: unknown; offset?: unknown } | undefined
  if (typeof data?.uri !== 'string' || typeof data.offset !== 'number') return hint
  const manuscript = session.manuscript(data.uri)
  const value = manuscript && (await hoverOf(session, manuscript, data.offset))?.markdown
  return value === undefined ? hint : { ...hint, tooltip: { kind: 'markdown', value } }
}

function shownHints(manuscript: OpenManuscript, span: { start: number; end: number }): readonly PlacedLink[] {
  const { settings } = manuscript
  const shown = linksIn(manuscript, span).filter(
    ({ link }) => isShown(link, settings) || isTypeOnly(link, settings),
  )
  switch (settings['inlayHints.show']) {
    case 'off':
      return []
    case 'all':
      return shown
    case 'uncertain':
      return shown.filter(({ link }) => isUncertain(link, settings))
    case 'first':
      return shown.filter((placed) => isFirstInPassage(placed, settings))
  }
}

const isUncertain = (link: Link, settings: Settings): boolean =>
  isShown(link, settings) && link.probability < settings['inlayHints.certainFrom']

/** The first that says the same: of a concept, or of words that only have a named type. */
function isFirstInPassage({ link, passage }: PlacedLink, settings: Settings): boolean {
  const isTyped = isTypeOnly(link, settings)
  const saysSame = (other: Link): boolean =>
    isTyped
      ? isTypeOnly(other, settings) && other.mention.text === link.mention.text
      : other.chosen === link.chosen && isShown(other, settings)
  return passage.links.find(saysSame) === link
}

function labelOf(link: Link, settings: Settings): string {
  if (isTypeOnly(link, settings)) return shorten(link.mention.namedType ?? '', MAX_LABEL_LENGTH)
  const id = link.chosen ?? ''
  if (settings['inlayHints.label'] === 'id') return shortId(id)
  const name = link.candidates.find((candidate) => candidate.id === id)?.preferredName
  return shorten(name ?? shortId(id), MAX_LABEL_LENGTH)
}
