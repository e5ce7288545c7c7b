import { fileURLToPath } from 'node:url'
import {
  CompletionItemKind,
  DiagnosticSeverity,
  MarkupKind,
  type CompletionItem,
  type Connection,
  type Diagnostic,
} from 'vscode-languageserver'
import type { TextDocument } from 'vscode-languageserver-textdocument'
import { meaningAt, problemLine, readPipeline, suggestionsAt, type PipelineFiles } from '../pipeline/index.ts'
import { PIPELINE_FILE } from './pipelines.ts'
import { toHover, toRange } from './toLsp.ts'

/** Whether a document is the description of a pipeline. */
export const isPipelineFile = (uri: string): boolean => uri.endsWith(PIPELINE_FILE)

/** Tells the editor what is wrong in a description, as it is now. */
export function diagnose(connection: Connection, document: TextDocument, files: PipelineFiles): void {
  const { uri } = document
  void connection.sendDiagnostics({ uri, diagnostics: diagnosticsOf(document, files) })
}

/** Problems of files that it extends stand at its beginning, with their own place in words. */
function diagnosticsOf(document: TextDocument, files: PipelineFiles): Diagnostic[] {
  const path = pathOf(document.uri)
  return readPipeline(path, document.getText(), files).problems.map((problem) => {
    const isOwn = problem.file === path
    return {
      range: toRange(document, isOwn ? problem : { start: 0, end: 0 }),
      severity: DiagnosticSeverity.Error,
      source: 'ConceptLens',
      code: problem.code,
      message: isOwn ? problem.message : problemLine(problem),
    }
  })
}

/** Keys and values that may stand at an offset. */
export function completionsIn(document: TextDocument, offset: number): CompletionItem[] {
  const { start, end, words } = suggestionsAt(document.getText(), offset)
  const range = toRange(document, { start, end })
  const isFollowed = document.getText().charAt(end) === ':'
  return words.map(({ word, about, kind }, i) => ({
    label: word,
    kind: kind === 'key' ? CompletionItemKind.Property : CompletionItemKind.EnumMember,
    documentation: { kind: MarkupKind.Markdown, value: about },
    sortText: String(i).padStart(2, '0'),
    textEdit: { range, newText: kind === 'key' && !isFollowed ? `${word}: ` : word },
  }))
}

/** What the key at an offset means. */
export function pipelineHover(document: TextDocument, offset: number) {
  const meaning = meaningAt(document.getText(), offset)
  return meaning ? toHover(document, meaning, meaning.about) : null
}

function pathOf(uri: string): string {
  return uri.startsWith('file:') ? fileURLToPath(uri) : uri
}
