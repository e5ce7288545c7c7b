import type { Range, TextDocumentContentChangeEvent } from 'vscode-languageserver'
import type { TextDocument } from 'vscode-languageserver-textdocument'
import type { Span } from '../core/index.ts'
import type { Edit } from './editMapping.ts'

/** A range of the document as a span of its text. Ranges outside the document are cut to it. */
export function toSpan(document: TextDocument, range: Range): Span {
  const start = document.offsetAt(range.start)
  return { start, end: Math.max(start, document.offsetAt(range.end)) }
}

/** What an LSP change does to the text of the document before it. */
export function toEdit(document: TextDocument, change: TextDocumentContentChangeEvent): Edit {
  const whole = { start: 0, end: document.getText().length }
  const span = 'range' in change ? toSpan(document, change.range) : whole
  return { ...span, text: change.text }
}
