import {
  Uri,
  workspace,
  type CancellationToken,
  type Disposable,
  type ExtensionContext,
  type LogOutputChannel,
} from 'vscode'
import { LanguageClient, TransportKind, type DocumentSelector } from 'vscode-languageclient/node'
import {
  entries,
  HOVER_COMMANDS,
  readSettings,
  SETTINGS_SECTION,
  type ClientNotifications,
  type InitializationOptions,
  type ParamsOf,
  type RequestMethod,
  type ResultOf,
  type ServerNotifications,
} from '../protocol/index.ts'
import { askEditorModel } from './editorLanguageModel.ts'

/** Where documents may live: on this machine or the remote one, unsaved, or in a virtual workspace. */
const SCHEMES = ['file', 'untitled', 'vscode-remote', 'vscode-vfs']

/** Written by many editors without a language of their own; linked whatever language the editor gives them. */
const MANUSCRIPT_FILES = '**/*.{qmd,Rmd,rmd}'

/** Descriptions of pipelines: checked and completed, and no manuscripts. */
const PIPELINE_FILES = '**/*conceptlens.pipeline.yaml'

/** The language server as the commands see it. */
export interface Connection {
  request<M extends RequestMethod>(
    method: M,
    params: ParamsOf<M>,
    token?: CancellationToken,
  ): Promise<ResultOf<M>>
  notify<M extends keyof ClientNotifications>(method: M, params: ClientNotifications[M]): void
  on<M extends keyof ServerNotifications>(
    method: M,
    listener: (params: ServerNotifications[M]) => void,
  ): Disposable
  /** Which documents are manuscripts; the server is told of these, and of descriptions of pipelines. */
  readonly selector: DocumentSelector
  start(): Promise<void>
  stop(): Promise<void>
}

/** Makes the language client; the server starts with {@link Connection.start}. */
export function createConnection(context: ExtensionContext, log: LogOutputChannel): Connection {
  const selector = documentSelector()
  const module = context.asAbsolutePath('dist/server.cjs')
  const initializationOptions: InitializationOptions = {
    commandLinks: true,
    visibleRanges: true,
    isTrusted: workspace.isTrusted,
    languageModels: true,
  }
  const client = new LanguageClient(
    SETTINGS_SECTION,
    'ConceptLens',
    {
      run: { module, transport: TransportKind.ipc },
      debug: { module, transport: TransportKind.ipc, options: { execArgv: ['--nolazy', '--inspect=6019'] } },
    },
    {
      documentSelector: [...selector, { pattern: PIPELINE_FILES }],
      outputChannel: log,
      initializationOptions,
      middleware: {
        workspace: {
          configuration: (params) =>
            params.items.map(({ section, scopeUri }) =>
              section === SETTINGS_SECTION ? settingsSaid(scopeUri) : workspace.getConfiguration(section),
            ),
        },
      },
      markdown: { isTrusted: { enabledCommands: HOVER_COMMANDS } },
    },
  )
  client.onRequest('conceptLens/askLanguageModel', askEditorModel)
  return {
    selector,
    // An explicit `undefined` would be sent as a second parameter.
    request: (method, params, token) =>
      token ? client.sendRequest(method, params, token) : client.sendRequest(method, params),
    notify: (method, params) => void client.sendNotification(method, params).catch(() => undefined),
    on: (method, listener) => client.onNotification(method, listener),
    start: () => client.start(),
    stop: () => client.dispose(),
  }
}

function documentSelector(): DocumentSelector {
  const { settings } = readSettings(workspace.getConfiguration(SETTINGS_SECTION))
  return SCHEMES.flatMap((scheme) => [
    ...settings.languages.map((language) => ({ scheme, language })),
    { scheme, pattern: MANUSCRIPT_FILES },
  ])
}

/** The settings that somebody set, without defaults: what a person said holds before what the description of a pipeline says. */
function settingsSaid(scopeUri: string | undefined): Readonly<Record<string, unknown>> {
  const configuration = workspace.getConfiguration(SETTINGS_SECTION, scopeUri ? Uri.parse(scopeUri) : null)
  const said = entries().filter(([key]) => {
    const found = configuration.inspect(key)
    const values = [
      found?.globalValue,
      found?.workspaceValue,
      found?.workspaceFolderValue,
      found?.globalLanguageValue,
      found?.workspaceLanguageValue,
      found?.workspaceFolderLanguageValue,
    ]
    return values.some((value) => value !== undefined)
  })
  return Object.fromEntries(said.map(([key]) => [key, configuration.get(key)]))
}
