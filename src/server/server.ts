import type { Connection, InitializeParams, InitializeResult } from 'vscode-languageserver'
import {
  SETTINGS_SECTION,
  type DocumentParams,
  type DocumentStatus,
  type InitializationOptions,
  type KnowledgeBaseChangedParams,
  type ServerState,
  type UmlsParams,
  type VisibleRangesParams,
} from '../protocol/index.ts'
import { featuresOf, registerForChanges, serverCapabilities } from './capabilities.ts'
import { createConfiguration } from './configuration.ts'
import { createDecisionsStore } from './decisionsStore.ts'
import { createEditorModel } from './editorModel.ts'
import { toSpan } from './fromLsp.ts'
import { registerHandlers } from './handlers/index.ts'
import { createLanguageModels } from './languageModels.ts'
import { createLinkingLoop } from './linkingLoop.ts'
import { createLowPower } from './lowPower.ts'
import type { OpenManuscript } from './manuscripts.ts'
import { createMessages } from './messages.ts'
import { diagnose, isPipelineFile } from './pipelineDocuments.ts'
import { createPipelines } from './pipelines.ts'
import { followDocuments, type DocumentEvents } from './openDocuments.ts'
import { createPerformance } from './performance.ts'
import type {
  Assets,
  Exporter,
  FileAccess,
  Messages,
  PowerSource,
  RemoteDefinitions,
  Timers,
} from './ports.ts'
import type { Session } from './session.ts'
import { createWorkbench } from './workbench.ts'

/** The world around the server. */
export interface ServerParts {
  /** Makes the assets; what they have to say goes to the logger. */
  readonly assets: (messages: Messages) => Assets
  readonly definitions: (messages: Messages) => RemoteDefinitions
  readonly files: FileAccess
  readonly timers: Timers
  readonly power: PowerSource
  readonly exporter: Exporter
  /** The time, ISO 8601 in UTC. */
  readonly now: () => string
}

/** Serves one editor over a connection until it says goodbye. Call `connection.listen()` afterwards. */
export function serve(connection: Connection, parts: ServerParts): void {
  const messages = createMessages(connection)
  const editor = {
    features: featuresOf({}),
    options: {} as InitializationOptions,
    folders: [] as readonly string[],
    isTrusted: false,
  }

  let told: ServerState | undefined

  const assets = parts.assets(messages)
  const pipelines = createPipelines({
    files: assets.pipelineFiles,
    messages,
    folders: () => editor.folders,
    isTrusted: () => editor.isTrusted,
  })
  const fetchSettings = (uri: string | undefined): Promise<unknown> => {
    if (!editor.features.configuration) return Promise.resolve(editor.options.settings)
    const scope = uri === undefined ? {} : { scopeUri: uri }
    return connection.workspace.getConfiguration({ section: SETTINGS_SECTION, ...scope })
  }
  const configuration = createConfiguration(fetchSettings, pipelines, messages)
  const languageModels = createLanguageModels({
    assets,
    messages,
    confirm: async (message, yes) => {
      const chosen = await connection.window.showWarningMessage(message, { title: yes }, { title: 'Not Now' })
      return chosen?.title === yes
    },
    editorModel: (model) =>
      editor.options.languageModels === true ? createEditorModel(connection, model) : undefined,
    onAnswer() {
      tell()
      session.relinkAll()
    },
  })
  const workbench = createWorkbench({
    ...{ assets, messages, languageModels },
    onChange: () => {
      if (workbench.state() !== told) tell()
    },
  })
  const decisions = createDecisionsStore({
    files: parts.files,
    messages,
    folders: () => editor.folders,
    now: parts.now,
    onUnmerged: (offer) => void connection.sendNotification('conceptLens/offerGitAttributes', offer),
  })
  const lowPower = createLowPower(parts.power, parts.timers, () => {
    tell()
    // Less is linked from now on, or what was left out to spare power.
    session.relinkAll()
  })
  const loop = createLinkingLoop({
    configuration,
    workbench,
    messages,
    timers: parts.timers,
    lowPower,
    tellsVisible: () => editor.options.visibleRanges === true,
    decisionsFor: (uri) => decisions.for(uri),
    onLinks: () => {
      if (editor.features.hintRefresh) void connection.languages.inlayHint.refresh().catch(() => undefined)
    },
    onStatus(document) {
      if (document.state === 'waiting') performance.giveWay()
      tell(document)
    },
  })
  const performance = createPerformance({
    assets,
    messages,
    timers: parts.timers,
    settings: async () => (await configuration.of()).settings,
    engine: () => workbench.engine(),
    isLinking: () => loop.isLinking(),
    lowPower: () => lowPower.reason,
  })
  const documents = followDocuments(connection, parts.files, eventsFor())

  function tell(document?: DocumentStatus): void {
    const message = workbench.info().problems.join(' ')
    const languageModel = languageModels.state()
    told = workbench.state()
    void connection.sendNotification('conceptLens/status', {
      server: told,
      ...(message === '' ? {} : { message }),
      ...(lowPower.reason === undefined ? {} : { lowPower: lowPower.reason }),
      ...(document ? { document } : {}),
      ...(languageModel === undefined ? {} : { languageModel }),
    })
  }

  function eventsFor(): DocumentEvents {
    let closed: OpenManuscript | undefined
    return {
      onOpen(manuscript) {
        if (isPipelineFile(manuscript.uri))
          return diagnose(connection, manuscript.document, assets.pipelineFiles)
        const unsaved = [...documents.all(), ...(closed ? [closed] : [])].find((other) =>
          isSavedAs(other, manuscript),
        )
        if (unsaved) decisions.move(unsaved.uri, manuscript.uri)
        loop.relink(manuscript)
      },
      onEdit(manuscript) {
        if (isPipelineFile(manuscript.uri)) diagnose(connection, manuscript.document, assets.pipelineFiles)
        else loop.typed(manuscript)
      },
      onClose(manuscript) {
        if (isPipelineFile(manuscript.uri)) {
          void connection.sendDiagnostics({ uri: manuscript.uri, diagnostics: [] })
          return
        }
        closed = manuscript
        loop.close(manuscript)
      },
    }
  }

  const session: Session = {
    get hasCommands() {
      return editor.options.commandLinks === true
    },
    configuration,
    decisions,
    loop,
    exporter: parts.exporter,
    definitions: parts.definitions(messages),
    timers: parts.timers,
    performance,
    manuscript: (uri) => documents.get(uri),
    toolsFor: async (manuscript) => workbench.tools(await configuration.of(manuscript?.uri)),
    info: () => workbench.info(),
    describeKnowledgeBase: (path) => assets.describeKnowledgeBase(path),
    relinkAll: () =>
      documents
        .all()
        .filter(({ uri }) => !isPipelineFile(uri))
        .forEach((manuscript) => loop.relink(manuscript)),
  }

  connection.onInitialize((params): InitializeResult => {
    editor.features = featuresOf(params.capabilities)
    editor.options = (params.initializationOptions ?? {}) as InitializationOptions
    editor.folders = foldersOf(params)
    editor.isTrusted = editor.options.isTrusted === true
    return { capabilities: serverCapabilities, serverInfo: { name: 'ConceptLens' } }
  })
  connection.onInitialized(async () => {
    await registerForChanges(connection, editor.features)
    if (editor.features.folderChanges) {
      connection.workspace.onDidChangeWorkspaceFolders(async () => {
        editor.folders = ((await connection.workspace.getWorkspaceFolders()) ?? []).map(({ uri }) => uri)
        session.relinkAll()
      })
    }
    lowPower.look((await configuration.of()).settings)
    await session.toolsFor(undefined)
    await performance.prepare()
  })
  connection.onDidChangeConfiguration(({ settings }) => {
    if (!editor.features.configuration) editor.options = { ...editor.options, settings: sectionOf(settings) }
    configuration.forget()
    workbench.retry()
    session.relinkAll()
  })
  connection.onDidChangeWatchedFiles(({ changes }) => {
    if (changes.some(({ uri }) => uri.endsWith('.yaml'))) configuration.forget()
    session.relinkAll()
  })
  connection.onNotification('conceptLens/trusted', () => {
    editor.isTrusted = true
    configuration.forget()
    session.relinkAll()
  })
  connection.onNotification('conceptLens/visibleRanges', ({ uri, ranges }: VisibleRangesParams) => {
    const manuscript = documents.get(uri)
    if (!manuscript) return
    manuscript.visible = ranges.map((range) => toSpan(manuscript.document, range))
    loop.scrolled(manuscript)
  })
  connection.onNotification('conceptLens/cancel', ({ uri }: DocumentParams) => {
    const manuscript = documents.get(uri)
    if (manuscript) loop.cancel(manuscript)
  })
  connection.onNotification('conceptLens/knowledgeBaseChanged', ({ path }: KnowledgeBaseChangedParams) => {
    workbench.reopen(path)
    session.relinkAll()
  })
  connection.onNotification('conceptLens/umls', (params: UmlsParams) => session.definitions.configure(params))
  connection.onShutdown(async () => {
    lowPower.dispose()
    performance.dispose()
    await Promise.all([workbench.dispose(), session.definitions.close()])
  })
  registerHandlers(connection, session)
}

function foldersOf({ workspaceFolders, rootUri }: InitializeParams): readonly string[] {
  // `rootUri` is deprecated, and all that some editors send.
  return workspaceFolders?.map(({ uri }) => uri) ?? (rootUri ? [rootUri] : [])
}

/** Editors that cannot be asked push all settings, with or without our section around them. */
function sectionOf(settings: unknown): unknown {
  const isRecord = typeof settings === 'object' && settings !== null
  return isRecord && SETTINGS_SECTION in settings
    ? (settings as Record<string, unknown>)[SETTINGS_SECTION]
    : settings
}

/** Whether a document looks like the file that an unsaved one became. */
function isSavedAs(unsaved: OpenManuscript, saved: OpenManuscript): boolean {
  const text = saved.document.getText()
  return (
    unsaved !== saved &&
    unsaved.uri.startsWith('untitled:') &&
    text !== '' &&
    unsaved.document.getText() === text
  )
}
