import type { Pipeline, PipelineOverrides } from '../pipeline/index.ts'
import { generativeOf, namedTypesIn, vocabulariesIn, withOverrides } from '../pipeline/index.ts'
import { readSettings, type SettingKey, type Settings } from '../protocol/index.ts'
import type { EngineChoice, GlinerChoice, LanguageModelChoice, Messages } from './ports.ts'

/** What holds for a document. */
export interface Configured {
  /** With the pipeline's word where it has one. */
  readonly settings: Settings
  /** What the linker runs: the description, with what a person set otherwise. */
  readonly pipeline: Pipeline
}

/** What holds for documents, kept until it changes. */
export interface Configuration {
  /** For a document; without one, for the whole window. */
  of(uri?: string): Promise<Configured>
  /** Forgets what is known, after the editor said that settings changed, or a description did. */
  forget(): void
}

/** Asks the editor for what stands under `conceptLens`, for a document or the window. */
export type FetchSettings = (uri: string | undefined) => Promise<unknown>

/** Finds the description that a document is linked by; `named` as the setting `pipeline` has it. */
export type DescribePipeline = (named: string, uri: string | undefined) => Pipeline

/** Reads settings through `fetch`; wrong values are reported once and replaced by their defaults. */
export function createConfiguration(
  fetch: FetchSettings,
  describe: DescribePipeline,
  messages: Messages,
): Configuration {
  const known = new Map<string, Promise<Configured>>()

  async function read(uri: string | undefined): Promise<Configured> {
    const { settings, problems, said } = readSettings(await fetch(uri))
    for (const { message } of problems) messages.show('warning', message)
    const pipeline = withOverrides(describe(settings.pipeline, uri), overridesOf(settings, said))
    const { minProbability } = pipeline.filters
    return { settings: { ...settings, minimumProbability: minProbability }, pipeline }
  }

  return {
    of(uri) {
      const key = uri ?? ''
      const configured = known.get(key) ?? read(uri)
      known.set(key, configured)
      configured.catch(() => known.delete(key))
      return configured
    },
    forget: () => known.clear(),
  }
}

/** What a person set themselves: it holds before what a description says. */
function overridesOf(settings: Settings, said: ReadonlySet<SettingKey>): PipelineOverrides {
  const own = <K extends SettingKey>(key: K): Settings[K] | undefined =>
    said.has(key) ? settings[key] : undefined
  return {
    convention: own('mentions.convention'),
    generalWords: own('generalWords'),
    candidatesRanked: own('candidates.ranked'),
    types: own('candidates.types'),
    sources: own('candidates.sources'),
    minProbability: own('minimumProbability'),
    namedTypes: own('mentions.namedTypes'),
    namedTypeThreshold: own('mentions.namedTypeThreshold'),
    // An empty path is nobody's model.
    namedTypeModel: own('mentions.namedTypeModel') || undefined,
    model: own('model.path') || undefined,
    asksLanguageModel: said.has('generative.use') ? settings['generative.use'] !== 'off' : undefined,
    askedBelow: own('generative.below'),
    askedAtMost: own('generative.mostMentions'),
    askedOrders: own('generative.orders'),
    askedFeedback: own('generative.feedback'),
  }
}

/** Types that a pipeline names; without a model nothing finds them. */
export interface NamedTypes {
  readonly labels: readonly string[]
  readonly choice?: GlinerChoice
}

/** The types that a pipeline names, and the model that finds them; `undefined` when it names none. */
export function namedTypesOf(pipeline: Pipeline, settings: Settings): NamedTypes | undefined {
  const asked = namedTypesIn(pipeline)
  if (!asked) return undefined
  const { labels, model: modelPath } = asked
  return modelPath === undefined
    ? { labels }
    : { labels, choice: { modelPath, provider: settings['engine.provider'] } }
}

/** The language model of the settings for a pipeline; `undefined` when it asks none, or they name none. */
export function languageModelChoice(pipeline: Pipeline, settings: Settings): LanguageModelChoice | undefined {
  if (!generativeOf(pipeline)) return undefined
  switch (settings['generative.use']) {
    case 'off':
      return undefined
    case 'folder':
      return {
        use: 'folder',
        modelPath: settings['generative.folder'],
        provider: settings['engine.provider'],
      }
    case 'server':
      return {
        use: 'server',
        address: settings['languageModel.server'],
        model: settings['languageModel.model'],
        allowedHosts: settings['languageModel.allowedHosts'],
        timeoutMs: 1000 * settings['languageModel.timeout'],
      }
    case 'editor':
      return { use: 'editor', model: settings['generative.editorModel'] }
  }
}

/** The engine of a pipeline; `undefined` when it does without the model. */
export function engineChoice({ model }: Pipeline, settings: Settings): EngineChoice | undefined {
  if (model === 'none') return undefined
  return {
    modelPath: model === 'built-in' ? '' : model,
    provider: settings['engine.provider'],
    nProcesses: settings['engine.processes'],
  }
}

/** The vocabularies beside the knowledge base: those of the settings, and those that layers of the pipeline name. */
export function vocabulariesOf(pipeline: Pipeline, settings: Settings): readonly string[] {
  return [...settings['knowledgeBase.extra'], ...vocabulariesIn(pipeline)]
}
