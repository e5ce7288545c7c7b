import type { CompletionItem, CompletionParams } from 'vscode-languageserver'
import { completionsIn, isPipelineFile } from '../pipelineDocuments.ts'
import type { Session } from '../session.ts'

/** Keys and values in the description of a pipeline; nothing in manuscripts. */
export function completion(session: Session, { textDocument, position }: CompletionParams): CompletionItem[] {
  const document = session.manuscript(textDocument.uri)?.document
  return document && isPipelineFile(document.uri) ? completionsIn(document, document.offsetAt(position)) : []
}
