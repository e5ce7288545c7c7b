import { TextDocuments, type Connection } from 'vscode-languageserver'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { URI } from 'vscode-uri'
import { createManuscriptParser } from '../document/index.ts'
import { DEFAULT_SETTINGS } from '../protocol/index.ts'
import { toEdit } from './fromLsp.ts'
import { applyEdit, type OpenManuscript } from './manuscripts.ts'
import type { FileAccess } from './ports.ts'

/** What happens to documents. */
export interface DocumentEvents {
  onOpen(manuscript: OpenManuscript): void
  /** After an edit; the manuscript's links stand where they moved to. */
  onEdit(manuscript: OpenManuscript): void
  onClose(manuscript: OpenManuscript): void
}

/** The documents that the editor has open, by URI. */
export interface OpenDocuments {
  get(uri: string): OpenManuscript | undefined
  all(): readonly OpenManuscript[]
}

/** Follows the documents of a connection, edit by edit. */
export function followDocuments(
  connection: Connection,
  files: FileAccess,
  events: DocumentEvents,
): OpenDocuments {
  const manuscripts = new Map<string, OpenManuscript>()

  /** What an `\input` names: as the editor has it, else as it lies on disk. */
  function read(uri: string): string | undefined {
    const normal = URI.parse(uri).toString()
    return manuscripts.get(normal)?.document.getText() ?? files.read(normal)
  }

  const documents = new TextDocuments({
    create: TextDocument.create,
    update(document, changes, version) {
      const manuscript = manuscripts.get(document.uri)
      for (const change of changes) {
        if (manuscript) applyEdit(manuscript, toEdit(document, change))
        TextDocument.update(document, [change], version)
      }
      if (manuscript) events.onEdit(manuscript)
      return document
    },
  })
  documents.onDidOpen(({ document }) => {
    const manuscript: OpenManuscript = {
      uri: document.uri,
      document,
      parser: createManuscriptParser({ reader: read }),
      links: [],
      settings: DEFAULT_SETTINGS,
      tools: undefined,
      latest: undefined,
      visible: [],
      edited: undefined,
    }
    manuscripts.set(document.uri, manuscript)
    events.onOpen(manuscript)
  })
  documents.onDidClose(({ document }) => {
    const manuscript = manuscripts.get(document.uri)
    manuscripts.delete(document.uri)
    if (manuscript) events.onClose(manuscript)
  })
  documents.listen(connection)
  return { get: (uri) => manuscripts.get(uri), all: () => [...manuscripts.values()] }
}
