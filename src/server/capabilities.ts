import {
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  TextDocumentSyncKind,
  type ClientCapabilities,
  type Connection,
  type ServerCapabilities,
} from 'vscode-languageserver'
import { SERVER_COMMANDS, SETTINGS_SECTION } from '../protocol/index.ts'
import { ACTION_KIND } from './toLsp.ts'

/** What the editor at the other end can do. */
export interface ClientFeatures {
  /** It can be asked for settings. */
  readonly configuration: boolean
  /** It tells when settings change, when it is asked to. */
  readonly configurationChanges: boolean
  readonly fileChanges: boolean
  readonly folderChanges: boolean
  /** It can be told that hints changed. */
  readonly hintRefresh: boolean
}

/** What capabilities say that the server needs to know. */
export function featuresOf({ workspace }: ClientCapabilities): ClientFeatures {
  return {
    configuration: workspace?.configuration === true,
    configurationChanges: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    fileChanges: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    folderChanges: workspace?.workspaceFolders === true,
    hintRefresh: workspace?.inlayHint?.refreshSupport === true,
  }
}

/** What the server offers. */
export const serverCapabilities: ServerCapabilities = {
  textDocumentSync: TextDocumentSyncKind.Incremental,
  hoverProvider: true,
  completionProvider: { triggerCharacters: [' '] },
  inlayHintProvider: { resolveProvider: true },
  codeActionProvider: { codeActionKinds: [ACTION_KIND] },
  executeCommandProvider: { commands: Object.values(SERVER_COMMANDS) },
  workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
}

/** Asks to be told of changes to settings, decisions, included files and descriptions of pipelines. */
export async function registerForChanges(connection: Connection, features: ClientFeatures): Promise<void> {
  if (features.configurationChanges) {
    await connection.client.register(DidChangeConfigurationNotification.type, { section: SETTINGS_SECTION })
  }
  if (features.fileChanges) {
    const watchers = ['**/.conceptlens/decisions.jsonl', '**/*.{tex,ltx}', '**/*.pipeline.yaml'].map(
      (globPattern) => ({
        globPattern,
      }),
    )
    await connection.client.register(DidChangeWatchedFilesNotification.type, { watchers })
  }
}
