import type { KnowledgeBase } from '../core/index.ts'
import { groupOfType } from '../formats/index.ts'
import type { Engine, Gliner, TokenClassifier } from '../inference/index.ts'
import {
  pipelineClassifiers,
  readLabels,
  readRestriction,
  type Linker,
  type PipelineClassifiers,
  type RemoteLookUp,
} from '../linking/index.ts'
import { classifiersOf, generativeOf, type Pipeline } from '../pipeline/index.ts'
import type { ServerInfo, ServerState } from '../protocol/index.ts'
import {
  engineChoice,
  languageModelChoice,
  namedTypesOf,
  vocabulariesOf,
  type Configured,
  type NamedTypes,
} from './configuration.ts'
import type { LanguageModels } from './languageModels.ts'
import type { Assets, ClassifierChoice, EngineChoice, GlinerChoice, Messages, RemoteChoice } from './ports.ts'
import { createShelf, type Opened } from './shelf.ts'
import { createViews } from './views.ts'

/** A linker with the knowledge base that it links to. */
export interface Tools {
  readonly linker: Linker
  readonly knowledgeBase: KnowledgeBase
  /** The model that the linker asks; absent when it links by names alone. */
  readonly engine?: Engine
}

/** Opens knowledge bases and models when they are first needed, and shares them between documents. */
export interface Workbench {
  /** The tools that a pipeline asks for, with the settings; `undefined` when there is no knowledge base, which people were told. */
  tools(configured: Configured): Promise<Tools | undefined>
  /** The engine opened last; `undefined` when there is none. */
  engine(): Engine | undefined
  state(): ServerState
  info(): ServerInfo
  /** Opens again what could not be opened, when it is asked for next. */
  retry(): void
  /** Opens a knowledge base again when it is asked for next, because its folder was replaced or removed. */
  reopen(path: string): void
  dispose(): Promise<void>
}

const STARTER_NAME = 'the starter knowledge base'

/** What a {@link Workbench} is made of. */
export interface WorkbenchParts {
  readonly assets: Assets
  readonly messages: Messages
  readonly languageModels: LanguageModels
  /** Called whenever {@link Workbench.state} may have changed. */
  readonly onChange: () => void
}

export function createWorkbench({ assets, messages, languageModels, onChange }: WorkbenchParts): Workbench {
  const knowledgeBases = createShelf<string, KnowledgeBase>(openKnowledgeBase)
  const engines = createShelf<EngineChoice, Engine>(openEngine)
  const gliners = createShelf<GlinerChoice, Gliner>(openGliner)
  const classifiers = createShelf<ClassifierChoice, TokenClassifier>(openClassifier)
  const views = createViews(knowledgeBases, { assets, messages }, retire)
  const linkers = new Map<string, Tools>()
  /** No longer handed out, and closed when the next ones retire: a passage may still be on its way through them. */
  let retired: readonly KnowledgeBase[] = []
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

  function retire(some: readonly KnowledgeBase[]): void {
    const inUse = new Set(knowledgeBases.opened().map(({ value }) => value))
    const gone = some.filter((one) => !inUse.has(one))
    if (gone.length === 0) return
    for (const one of retired) one.close()
    retired = gone
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

  async function openGliner(choice: GlinerChoice): Promise<Opened<Gliner>> {
    try {
      const value = await assets.openGliner(choice)
      messages.info(`Model for named types ${value.info.name} (${value.info.architecture}).`)
      return { value }
    } catch (error) {
      const problem = `The model for named types could not be started: ${reasonOf(error)}`
      messages.show('error', `${problem} Mentions of those types are missing.`)
      return { problem }
    }
  }

  async function openClassifier(choice: ClassifierChoice): Promise<Opened<TokenClassifier>> {
    try {
      const value = await assets.openClassifier(choice)
      messages.info(`Token-classification model ${value.info.name}: ${value.info.types.join(', ')}.`)
      return { value }
    } catch (error) {
      const problem = `The token-classification model of the pipeline could not be started: ${reasonOf(error)}`
      messages.show('error', `${problem} Its mentions are missing.`)
      return { problem }
    }
  }

  /** The models of a pipeline's detectors; those that cannot be opened are told of, and left out. */
  async function classifiersFor(pipeline: Pipeline, provider: string): Promise<PipelineClassifiers> {
    const asked = classifiersOf(pipeline)
    const opened = await Promise.all(
      asked.map(({ model: modelPath, aggregation }) => classifiers.get({ modelPath, aggregation, provider })),
    )
    return pipelineClassifiers(
      asked,
      opened.map(({ value }) => value),
      groupOfType,
    )
  }

  const latestEngine = () => engines.opened().findLast(({ value }) => value)?.value
  /** One that may not be asked is left out, which people are told. */
  function openRemote(choice: RemoteChoice): RemoteLookUp | undefined {
    try {
      return assets.openRemote(choice)
    } catch (error) {
      messages.show('error', `${reasonOf(error)} Until then its candidates are missing.`)
      return undefined
    }
  }

  return {
    async tools({ settings, pipeline }) {
      onChange()
      const choice = engineChoice(pipeline, settings)
      const path = settings['knowledgeBase.path']
      const extra = vocabulariesOf(pipeline, settings)
      const types = namedTypesOf(pipeline, settings)
      const allowedHosts = settings['candidates.allowedHosts']
      const modelChoice = languageModelChoice(pipeline, settings)
      const [{ value: knowledgeBase }, opened, named, asked, classifying] = await Promise.all([
        views.of(path, extra),
        choice && engines.get(choice),
        types?.choice && gliners.get(types.choice),
        languageModels.get(modelChoice),
        classifiersFor(pipeline, settings['engine.provider']),
      ])
      latest = knowledgeBase
      onChange()
      if (!knowledgeBase) return undefined
      const key = JSON.stringify([
        path,
        extra,
        choice,
        types,
        allowedHosts,
        pipeline,
        modelChoice,
        asked.value !== undefined,
      ])
      const known = linkers.get(key)
      if (known?.knowledgeBase === knowledgeBase) return known
      for (const problem of [
        ...readRestriction(knowledgeBase, pipeline.filters).problems,
        ...readLabels(types?.labels ?? [], 0.5).problems,
        ...classifying.problems,
      ])
        messages.show('warning', `In the settings or the pipeline, ${problem}. It is ignored.`)
      if (types && !types.choice) messages.show('warning', withoutFinder(types, pipeline))
      if (generativeOf(pipeline) && !modelChoice)
        messages.show(
          'warning',
          'The pipeline asks a language model about uncertain mentions ("kind: generative"), and no settings of yours name one: links are made without it. Set conceptLens.generative.use to "folder", "server" or "editor", or to "off" so that none is asked.',
        )
      // A linker warns when the model stops answering: people should know that links are lesser now.
      const logger = { ...messages, warn: (message: string) => messages.show('warning', message) }
      const remote = (service: Pick<RemoteChoice, 'url' | 'timeoutMs'>) =>
        openRemote({ ...service, allowedHosts })
      const engine = opened?.value
      const languageModel = asked.value && { model: asked.value, onUse: languageModels.onUse }
      const { of: classifier } = classifying
      const parts = { knowledgeBase, logger, engine, gliner: named?.value, classifier, languageModel, remote }
      const linker = assets.createLinker(parts, pipeline)
      const tools = { linker, knowledgeBase, ...(engine ? { engine } : {}) }
      linkers.set(key, tools)
      return tools
    },
    engine: latestEngine,
    state() {
      const shelves = [knowledgeBases, views, engines, gliners, classifiers, languageModels]
      const all = shelves.flatMap<Opened<unknown>>((shelf) => shelf.opened())
      if (shelves.some((shelf) => shelf.isOpening()) || all.length === 0) return 'starting'
      return all.some(({ problem }) => problem !== undefined) ? 'limited' : 'ready'
    },
    info() {
      const kb = latest?.info
      const engine = latestEngine()
      const model = engine?.info
      return {
        ...(kb ? { knowledgeBase: { name: kb.name, version: kb.version, nConcepts: kb.nConcepts } } : {}),
        ...(model
          ? { model: { name: model.model, version: model.version, provider: engine.running().provider } }
          : {}),
        problems: [knowledgeBases, views, engines, gliners, classifiers, languageModels]
          .flatMap<Opened<unknown>>((shelf) => shelf.opened())
          .flatMap(({ problem }) => problem ?? []),
      }
    },
    retry() {
      knowledgeBases.dropFailed()
      views.dropFailed()
      engines.dropFailed()
      gliners.dropFailed()
      classifiers.dropFailed()
      languageModels.dropFailed()
      linkers.clear()
    },
    reopen(path) {
      const replaced = knowledgeBases.drop(path)?.value
      linkers.clear()
      if (replaced) retire([replaced])
      views.dropAll()
    },
    async dispose() {
      linkers.clear()
      for (const one of retired) one.close()
      const processes = [engines, gliners, classifiers, languageModels].flatMap<Opened<Disposable>>((shelf) =>
        shelf.opened(),
      )
      await Promise.all(processes.map(async ({ value }) => value?.dispose()))
      const all = [...views.opened(), ...knowledgeBases.opened()]
      new Set(all.map(({ value }) => value)).forEach((value) => value?.close())
    },
  }
}

/** What is said of named types that no model finds. */
function withoutFinder({ labels }: NamedTypes, { mentions }: Pipeline): string {
  const next = 'Set conceptLens.mentions.namedTypeModel, or "model" beside "labels" in the description.'
  return mentions.detectors.every(({ kind }) => kind === 'named-types')
    ? `The pipeline finds mentions of named types alone, and there is no model that finds them: names of the knowledge base stand in. ${next}`
    : `Types are named (${labels.join(', ')}), and there is no model that finds them: their mentions are missing. ${next}`
}

interface Disposable {
  dispose(): Promise<void>
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1)
}
