import { PassThrough } from 'node:stream'
import { pathToFileURL } from 'node:url'
import {
  createConnection,
  createProtocolConnection,
  ProposedFeatures,
  StreamMessageReader,
  StreamMessageWriter,
  type CancellationToken,
  type CodeAction,
  type CompletionItem,
  type Diagnostic,
  type Hover,
  type InlayHint,
  type Position,
  type ProtocolConnection,
  type Range,
} from 'vscode-languageserver/node'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { ConceptLensError, type KnowledgeBase, type LanguageModel, type Span } from '../../src/core/index.ts'
import type { Engine, Gliner } from '../../src/inference/index.ts'
import { mergeKnowledgeBases } from '../../src/knowledge/index.ts'
import { createLinker } from '../../src/linking/index.ts'
import { readServerAddress } from '../../src/network/index.ts'
import type {
  AskLanguageModelParams,
  AskLanguageModelResult,
  ParamsOf,
  RequestMethod,
  ResultOf,
  StatusParams,
} from '../../src/protocol/index.ts'
import {
  createExporter,
  serve,
  type Assets,
  type PowerSource,
  type RemoteDefinitions,
  type Timers,
} from '../../src/server/index.ts'
import { pipelineFiles } from '../support/pipeline.ts'
import { fileAccess, immediateTimers, noDefinitions, oldTrial } from './doubles.ts'
import { CONCEPTS, countingEngine, FOLDER, PAPER, TEXT } from './paper.ts'

/** What an {@link Editor} is opened with; everything has a default. */
export interface EditorOptions {
  readonly knowledgeBase?: KnowledgeBase
  /** Others, by the path that the setting names; what is not here does not exist. */
  readonly knowledgeBases?: ReadonlyMap<string, KnowledgeBase>
  /** Extra vocabularies, by the path that the setting names. */
  readonly extras?: ReadonlyMap<string, KnowledgeBase>
  readonly engine?: Engine
  /** What finds mentions of named types; none by default. */
  readonly gliner?: Gliner
  /** Opens the token-classification models of pipelines; there are none by default. */
  readonly openClassifier?: Assets['openClassifier']
  /** What is asked about uncertain mentions; none by default. */
  readonly languageModel?: LanguageModel
  /** Answers `conceptLens/askLanguageModel`; without it the editor offers no language models. */
  readonly editorModel?: (params: AskLanguageModelParams) => AskLanguageModelResult
  /** Titles of the buttons that the person presses when they are asked, in turn, now or later; nothing by default. */
  readonly presses?: readonly (string | Promise<string>)[]
  readonly definitions?: RemoteDefinitions
  readonly timers?: Timers
  readonly power?: PowerSource
  /** Trials of the machine; by default one was made long ago. */
  readonly trials?: Pick<Assets, 'knownTrial' | 'measureTrial' | 'loadPerCore'>
  /** Opening them fails with this. */
  readonly broken?: { readonly knowledgeBase?: Error; readonly engine?: Error }
  /** As under `conceptLens`. */
  readonly settings?: Record<string, unknown>
  readonly files?: Record<string, string>
  readonly folders?: readonly string[]
  /** The workspace is trusted; false by default. */
  readonly isTrusted?: boolean
}

/** An editor without windows, connected to the real server through the real protocol. */
export interface Editor {
  /** What the server showed in pop-ups. */
  readonly shown: readonly string[]
  readonly statuses: readonly StatusParams[]
  readonly offers: readonly { file: string; line: string }[]
  /** Files by URI; `/`-less folders do not exist. */
  readonly files: Map<string, string>
  readonly writable: { value: boolean }
  open(uri: string, text: string, languageId?: string): Promise<void>
  close(uri: string): Promise<void>
  /** Replaces the first `old` by `text`, as typing does. */
  edit(uri: string, old: string, text: string): Promise<void>
  /** Replaces a span, in UTF-16 units. */
  replace(uri: string, span: Span, text: string): Promise<void>
  configure(settings: Record<string, unknown>): Promise<void>
  /** Resolves when a document is linked (or off) after everything sent so far. */
  settled(uri: string): Promise<void>
  /** Resolves when the latest status is as wanted. */
  until(isWanted: (status: StatusParams) => boolean): Promise<void>
  /** `word→label` of every hint. */
  hints(uri: string): Promise<string[]>
  hover(uri: string, word: string): Promise<string | undefined>
  actions(uri: string, words: string, isSelection?: boolean): Promise<CodeAction[]>
  /** Runs the quick fix with this title. */
  fix(uri: string, words: string, title: string): Promise<unknown>
  request<M extends RequestMethod>(
    method: M,
    params: ParamsOf<M>,
    token?: CancellationToken,
  ): Promise<ResultOf<M>>
  notify(method: string, params: unknown): Promise<void>
  rangeOf(uri: string, words: string): Range
  /** What is marked as wrong in a document, after everything sent so far. */
  diagnostics(uri: string): Promise<readonly Diagnostic[]>
  /** The labels of what is offered at a place. */
  completions(uri: string, position: Position): Promise<readonly string[]>
  dispose(): Promise<void>
}

/** Editors of the suite that calls this; all are closed after each of its tests. */
export function editorsOfSuite() {
  const opened: Editor[] = []
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.dispose()))
  })
  const openEmpty = async (options: EditorOptions = {}): Promise<Editor> => {
    const editor = await openEditor(options)
    opened.push(editor)
    return editor
  }
  /** With {@link PAPER} open and linked. */
  const openPaper = async (options: EditorOptions = {}, text = TEXT): Promise<Editor> => {
    const editor = await openEmpty(options)
    await editor.open(PAPER, text)
    await editor.settled(PAPER)
    return editor
  }
  return { openEmpty, openPaper }
}

/** Starts a server and an editor that are connected in memory. */
export async function openEditor(options: EditorOptions = {}): Promise<Editor> {
  const toServer = new PassThrough()
  const toClient = new PassThrough()
  const server = createConnection(
    ProposedFeatures.all,
    new StreamMessageReader(toServer),
    new StreamMessageWriter(toClient),
  )
  const files = new Map(Object.entries(options.files ?? {}))
  const writable = { value: true }
  const { broken } = options
  let second = 0
  serve(server, {
    assets: () => ({
      openKnowledgeBase: async (path) => {
        await Promise.resolve()
        if (broken?.knowledgeBase) throw broken.knowledgeBase
        return knowledgeBaseAt(options, path)
      },
      async withExtras(main, paths) {
        const [found, missing] = [true, false].map((isThere) =>
          paths.filter((path) => options.extras?.has(path) === isThere),
        )
        const extras = found!.map((path) => options.extras!.get(path)!)
        return {
          knowledgeBase: extras.length > 0 ? await mergeKnowledgeBases(main, extras) : main,
          problems: missing!.map((path) => `There is no extra vocabulary at ${path}.`),
        }
      },
      stampOf: (path) => options.extras?.get(path)?.info.fingerprint ?? '',
      describeKnowledgeBase(path) {
        const { name, version, nConcepts, nNames, sources } = knowledgeBaseAt(options, path).info
        return { path, name, version, nConcepts, nNames, sizeBytes: 1, sources }
      },
      openEngine: () =>
        broken?.engine ? Promise.reject(broken.engine) : Promise.resolve(options.engine ?? countingEngine()),
      openGliner: () =>
        options.gliner
          ? Promise.resolve(options.gliner)
          : Promise.reject(new Error('There is no such model.')),
      openClassifier: options.openClassifier ?? (() => Promise.reject(new Error('There is no such model.'))),
      pipelineFiles: {
        ...pipelineFiles,
        read: (path) => files.get(pathToFileURL(path).toString()),
        exists: (path) => files.has(pathToFileURL(path).toString()),
      },
      openRemote: ({ url }) => ({ url, find: (texts) => Promise.resolve(texts.map(() => [])) }),
      openLanguageModel: async (choice) => {
        await Promise.resolve()
        // Refuses hosts that settings do not name, as the real one does.
        if (choice.use === 'server') readServerAddress(choice.address, choice.allowedHosts)
        if (options.languageModel) return options.languageModel
        throw new Error('There is no such language model.')
      },
      createLinker,
      ...(options.trials ?? oldTrial),
    }),
    definitions: () => options.definitions ?? noDefinitions,
    files: fileAccess(files, writable),
    timers: options.timers ?? immediateTimers,
    power: options.power ?? { isOnBattery: () => Promise.resolve(false) },
    exporter: createExporter(() => '2026-01-31'),
    now: () => new Date(Date.UTC(2026, 0, 31, 12, 0, second++)).toISOString(),
  })
  server.listen()

  const client = createProtocolConnection(
    new StreamMessageReader(toClient),
    new StreamMessageWriter(toServer),
  )
  const { editorModel, presses = [] } = options
  const editor = editorOver(client, {
    ...{ files, writable, settings: options.settings ?? {}, editorModel, presses: [...presses] },
  })
  await client.sendRequest('initialize', {
    processId: null,
    rootUri: null,
    capabilities: {
      workspace: { configuration: true, workspaceFolders: true, inlayHint: { refreshSupport: true } },
    },
    workspaceFolders: (options.folders ?? [FOLDER]).map((uri) => ({ uri, name: uri })),
    initializationOptions: {
      commandLinks: true,
      visibleRanges: true,
      isTrusted: options.isTrusted === true,
      ...(editorModel ? { languageModels: true } : {}),
    },
  })
  await client.sendNotification('initialized', {})
  return {
    ...editor,
    async dispose() {
      await client.sendRequest('shutdown')
      client.dispose()
      server.dispose()
    },
  }
}

function knowledgeBaseAt(options: EditorOptions, path: string): KnowledgeBase {
  const found = options.knowledgeBases?.get(path)
  if (found) return found
  if (path === '' || !options.knowledgeBases) return options.knowledgeBase ?? CONCEPTS
  throw new ConceptLensError('kb-not-found', `There is no knowledge base at ${path}.`)
}

interface EditorState {
  readonly files: Map<string, string>
  readonly writable: { value: boolean }
  settings: Record<string, unknown>
  readonly editorModel: EditorOptions['editorModel']
  readonly presses: (string | Promise<string>)[]
}

function editorOver(client: ProtocolConnection, state: EditorState): Omit<Editor, 'dispose'> {
  const shown: string[] = []
  const statuses: StatusParams[] = []
  const offers: { file: string; line: string }[] = []
  const documents = new Map<string, TextDocument>()
  const waiting = new Set<() => void>()
  const marked = new Map<string, readonly Diagnostic[]>()

  client.onNotification('window/showMessage', ({ message }: { message: string }) => void shown.push(message))
  client.onNotification('window/logMessage', () => undefined)
  client.onNotification(
    'textDocument/publishDiagnostics',
    ({ uri, diagnostics }: { uri: string; diagnostics: Diagnostic[] }) => void marked.set(uri, diagnostics),
  )
  client.onNotification(
    'conceptLens/offerGitAttributes',
    (offer: { file: string; line: string }) => void offers.push(offer),
  )
  client.onNotification('conceptLens/status', (status: StatusParams) => {
    statuses.push(status)
    waiting.forEach((check) => check())
  })
  client.onRequest('workspace/configuration', ({ items }: { items: unknown[] }) =>
    items.map(() => state.settings),
  )
  client.onRequest('window/showMessageRequest', async ({ message }: { message: string }) => {
    shown.push(message)
    const title = await state.presses.shift()
    return title === undefined ? null : { title }
  })
  client.onRequest(
    'conceptLens/askLanguageModel',
    (params: AskLanguageModelParams): Promise<AskLanguageModelResult> =>
      Promise.resolve(state.editorModel?.(params) ?? { problem: 'There is none.' }),
  )
  client.onRequest('workspace/inlayHint/refresh', () => null)
  client.onRequest('client/registerCapability', () => null)
  client.listen()

  const documentOf = (uri: string): TextDocument => {
    const document = documents.get(uri)
    if (!document) throw new Error(`${uri} is not open`)
    return document
  }
  const rangeOf = (uri: string, words: string): Range => {
    const document = documentOf(uri)
    const start = document.getText().indexOf(words)
    if (start < 0) throw new Error(`${uri} does not say ${words}`)
    return { start: document.positionAt(start), end: document.positionAt(start + words.length) }
  }
  const replaceRange = async (uri: string, range: Range, text: string): Promise<void> => {
    const document = documentOf(uri)
    const contentChanges = [{ range, text }]
    const version = document.version + 1
    TextDocument.update(document, contentChanges, version)
    await client.sendNotification('textDocument/didChange', {
      textDocument: { uri, version },
      contentChanges,
    })
  }
  const stateOf = (uri: string): string | undefined =>
    statuses.findLast(({ document }) => document?.uri === uri)?.document?.state
  const actions = (uri: string, words: string, isSelection = false): Promise<CodeAction[]> => {
    const whole = rangeOf(uri, words)
    const range = isSelection ? whole : { start: whole.start, end: whole.start }
    return client.sendRequest('textDocument/codeAction', {
      textDocument: { uri },
      range,
      context: { diagnostics: [] },
    })
  }

  return {
    shown,
    statuses,
    offers,
    files: state.files,
    writable: state.writable,
    rangeOf,
    actions,
    async diagnostics(uri) {
      await client.sendRequest('conceptLens/info', {})
      return marked.get(uri) ?? []
    },
    async completions(uri, position) {
      const found: CompletionItem[] = await client.sendRequest('textDocument/completion', {
        textDocument: { uri },
        position,
      })
      return found.map(({ label }) => label)
    },
    async open(uri, text, languageId = 'markdown') {
      documents.set(uri, TextDocument.create(uri, languageId, 1, text))
      await client.sendNotification('textDocument/didOpen', {
        textDocument: { uri, languageId, version: 1, text },
      })
    },
    async close(uri) {
      documents.delete(uri)
      await client.sendNotification('textDocument/didClose', { textDocument: { uri } })
    },
    edit: (uri, old, text) => replaceRange(uri, rangeOf(uri, old), text),
    async replace(uri, { start, end }, text) {
      const document = documentOf(uri)
      await replaceRange(uri, { start: document.positionAt(start), end: document.positionAt(end) }, text)
    },
    async configure(settings) {
      state.settings = settings
      await client.sendNotification('workspace/didChangeConfiguration', { settings: null })
    },
    async settled(uri) {
      // An answer comes after everything sent before it was received, and its status told.
      await client.sendRequest('conceptLens/info', {})
      await new Promise<void>((resolve) => {
        const check = (): void => {
          if (stateOf(uri) !== 'linked' && stateOf(uri) !== 'off') return
          waiting.delete(check)
          resolve()
        }
        waiting.add(check)
        check()
      })
    },
    until: (isWanted) =>
      new Promise<void>((resolve) => {
        const check = (): void => {
          const latest = statuses.at(-1)
          if (!latest || !isWanted(latest)) return
          waiting.delete(check)
          resolve()
        }
        waiting.add(check)
        check()
      }),
    async hints(uri) {
      const document = documentOf(uri)
      const range = { start: { line: 0, character: 0 }, end: { line: 10_000, character: 0 } }
      const hints: InlayHint[] = await client.sendRequest('textDocument/inlayHint', {
        textDocument: { uri },
        range,
      })
      return hints.map(({ position, label }) => {
        const before = document.getText().slice(0, document.offsetAt(position))
        return `${/[\p{L}\p{N}]+$/u.exec(before)?.[0] ?? '?'}→${label as string}`
      })
    },
    async hover(uri, word) {
      const position = rangeOf(uri, word).start
      const hover: Hover | null = await client.sendRequest('textDocument/hover', {
        textDocument: { uri },
        position,
      })
      return (hover?.contents as { value: string } | undefined)?.value
    },
    async fix(uri, words, title) {
      const found = (await actions(uri, words)).find((action) => action.title === title)
      if (!found?.command) throw new Error(`No quick fix “${title}”`)
      return client.sendRequest('workspace/executeCommand', {
        command: found.command.command,
        arguments: found.command.arguments ?? [],
      })
    },
    // An explicit `undefined` would be sent as a second parameter.
    request: (method, params, token) =>
      token ? client.sendRequest(method, params, token) : client.sendRequest(method, params),
    notify: (method, params) => client.sendNotification(method, params),
  }
}
