import type { KnowledgeBase } from '../core/index.ts'
import type { Engine } from '../inference/index.ts'
import type { Linker } from '../linking/index.ts'
import type { ServerInfo, ServerState, Settings } from '../protocol/index.ts'
import { engineChoice, linkingSettings } from './configuration.ts'
import type { Assets, EngineChoice, Messages } from './ports.ts'

/** A linker with the knowledge base that it links to. */
export interface Tools {
  readonly linker: Linker
  readonly knowledgeBase: KnowledgeBase
}

/** Opens knowledge bases and models when they are first needed, and shares them between documents. */
export interface Workbench {
  /** The tools that settings ask for; `undefined` when there is no knowledge base, which people were told. */
  tools(settings: Settings): Promise<Tools | undefined>
  state(): ServerState
  info(): ServerInfo
  /** Opens again what could not be opened, when it is asked for next. */
  retry(): void
  /** Opens a knowledge base again when it is asked for next, because its folder was replaced or removed. */
  reopen(path: string): void
  dispose(): Promise<void>
}

/** What was opened, or why it could not be. */
interface Opened<T> {
  readonly value?: T
  readonly problem?: string
}

const STARTER_NAME = 'the starter knowledge base'

/** Makes a {@link Workbench}; `onChange` is called whenever {@link Workbench.state} may have changed. */
export function createWorkbench(assets: Assets, messages: Messages, onChange: () => void): Workbench {
  const knowledgeBases = createShelf<string, KnowledgeBase>(openKnowledgeBase)
  const engines = createShelf<EngineChoice, Engine>(openEngine)
  const linkers = new Map<string, Tools>()
  /** No longer handed out, and closed when the next one retires: a passage may still be on its way through it. */
  let retired: KnowledgeBase | undefined
  let latest: KnowledgeBase | undefined

  async function openKnowledgeBase(path: string): Promise<Opened<KnowledgeBase>> {
    try {
      const value = await assets.openKnowledgeBase(path)
      messages.info(
        `Knowledge base ${value.info.name} ${value.info.version}: ${value.info.nConcepts} concepts.`,
      )
      return { value }
    } catch (error) {
      const problem = `The knowledge base could not be opened: ${reasonOf(error)}`
      const next = path === '' ? 'Nothing is linked until it is mended.' : `${STARTER_NAME} is used instead.`
      messages.show('error', `${problem} ${capital(next)}`)
      return path === '' ? { problem } : { ...(await knowledgeBases.get('')), problem }
    }
  }

  async function openEngine(choice: EngineChoice): Promise<Opened<Engine>> {
    try {
      const value = await assets.openEngine(choice)
      messages.info(`Model ${value.info.model} ${value.info.version} on ${value.info.provider}.`)
      return { value }
    } catch (error) {
      const problem = `The model could not be started: ${reasonOf(error)}`
      messages.show('error', `${problem} Concepts are linked without it, by their names alone.`)
      return { problem }
    }
  }

  return {
    async tools(settings) {
      onChange()
      const choice = engineChoice(settings)
      const path = settings['knowledgeBase.path']
      const [{ value: knowledgeBase }, { value: engine }] = await Promise.all([
        knowledgeBases.get(path),
        engines.get(choice),
      ])
      latest = knowledgeBase
      onChange()
      if (!knowledgeBase) return undefined
      const linking = linkingSettings(settings)
      const key = JSON.stringify([path, choice, linking])
      const known = linkers.get(key)
      if (known) return known
      // A linker warns when the model stops answering: people should know that links are lesser now.
      const logger = { ...messages, warn: (message: string) => messages.show('warning', message) }
      const parts = { knowledgeBase, logger, ...(engine ? { engine } : {}) }
      const tools = { linker: assets.createLinker(parts, linking), knowledgeBase }
      linkers.set(key, tools)
      return tools
    },
    state() {
      const all = [...knowledgeBases.opened(), ...engines.opened()]
      if (knowledgeBases.isOpening() || engines.isOpening() || all.length === 0) return 'starting'
      return all.some(({ problem }) => problem !== undefined) ? 'limited' : 'ready'
    },
    info() {
      const kb = latest?.info
      const model = engines.opened().findLast(({ value }) => value)?.value?.info
      return {
        ...(kb ? { knowledgeBase: { name: kb.name, version: kb.version, nConcepts: kb.nConcepts } } : {}),
        ...(model ? { model: { name: model.model, version: model.version, provider: model.provider } } : {}),
        problems: [...knowledgeBases.opened(), ...engines.opened()].flatMap(({ problem }) => problem ?? []),
      }
    },
    retry() {
      knowledgeBases.dropFailed()
      engines.dropFailed()
      linkers.clear()
    },
    reopen(path) {
      const replaced = knowledgeBases.drop(path)?.value
      linkers.clear()
      if (!replaced || knowledgeBases.opened().some(({ value }) => value === replaced)) return
      retired?.close()
      retired = replaced
    },
    async dispose() {
      linkers.clear()
      retired?.close()
      await Promise.all(engines.opened().map(async ({ value }) => value?.dispose()))
      new Set(knowledgeBases.opened().map(({ value }) => value)).forEach((value) => value?.close())
    },
  }
}

interface Shelf<K, V> {
  get(key: K): Promise<Opened<V>>
  opened(): readonly Opened<V>[]
  isOpening(): boolean
  dropFailed(): void
  /** Forgets what a key opened, and tells it. */
  drop(key: K): Opened<V> | undefined
}

/** Opens every key once. Keys are compared by content. */
function createShelf<K, V>(open: (key: K) => Promise<Opened<V>>): Shelf<K, V> {
  const promises = new Map<string, Promise<Opened<V>>>()
  const results = new Map<string, Opened<V>>()
  return {
    get(key) {
      const id = JSON.stringify(key)
      const known = promises.get(id)
      if (known) return known
      const opening = open(key).then((result) => {
        // Dropped meanwhile: whoever asks next opens it anew.
        if (promises.get(id) === opening) results.set(id, result)
        return result
      })
      promises.set(id, opening)
      return opening
    },
    opened: () => [...results.values()],
    isOpening: () => promises.size > results.size,
    dropFailed() {
      for (const [id, { problem }] of results) {
        if (problem === undefined) continue
        results.delete(id)
        promises.delete(id)
      }
    },
    drop(key) {
      const id = JSON.stringify(key)
      const dropped = results.get(id)
      results.delete(id)
      promises.delete(id)
      return dropped
    },
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1)
}
