import { InlayHint, Range, type CodeAction, type Hover } from 'vscode-languageserver'
import type { TextDocument } from 'vscode-languageserver-textdocument'
import type { Span } from '../core/index.ts'

/** A span of the document's text as an LSP range. */
export function toRange(document: TextDocument, span: Span): Range {
  return Range.create(document.positionAt(span.start), document.positionAt(span.end))
}

/** A hover of Markdown over a span. */
export function toHover(document: TextDocument, span: Span, markdown: string): Hover {
  return { contents: { kind: 'markdown', value: markdown }, range: toRange(document, span) }
}

/** What {@link toInlayHint} shows. */
export interface HintContent {
  /** The offset behind which it stands. */
  readonly offset: number
  readonly label: string
  /** What comes back when the editor asks for the tooltip. */
  readonly data: unknown
}

/** A hint behind a word. */
export function toInlayHint(document: TextDocument, { offset, label, data }: HintContent): InlayHint {
  return { ...InlayHint.create(document.positionAt(offset), label), paddingLeft: true, data }
}

/** What {@link toCodeAction} offers: a command with one argument. */
export interface ActionContent {
  readonly title: string
  readonly command: string
  readonly argument: unknown
}

/** The kind of all our code actions. They change no text, so they are quick fixes in name only. */
export const ACTION_KIND = 'quickfix'

/** A quick fix that runs a command. */
export function toCodeAction({ title, command, argument }: ActionContent): CodeAction {
  return { title, kind: ACTION_KIND, command: { title, command, arguments: [argument] } }
}
