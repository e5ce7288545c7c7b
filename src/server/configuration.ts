import type { LinkingSettings, ReadLabels } from '../linking/index.ts'
import { defaultLinkingSettings, readLabels } from '../linking/index.ts'
import { readSettings, type Settings } from '../protocol/index.ts'
import type { EngineChoice, GlinerChoice, Messages } from './ports.ts'

/** The settings that hold for a document, kept until they change. */
export interface Configuration {
  /** Settings for a document; without one, for the whole window. */
  of(uri?: string): Promise<Settings>
  /** Forgets what is known, after the editor said that settings changed. */
  forget(): void
}

/** Asks the editor for what stands under `conceptLens`, for a document or the window. */
export type FetchSettings = (uri: string | undefined) => Promise<unknown>

/** Reads settings through `fetch`; wrong values are reported once and replaced by their defaults. */
export function createConfiguration(fetch: FetchSettings, messages: Messages): Configuration {
  const known = new Map<string, Promise<Settings>>()

  async function read(uri: string | undefined): Promise<Settings> {
    const { settings, problems } = readSettings(await fetch(uri))
    for (const { message } of problems) messages.show('warning', message)
    return settings
  }

  return {
    of(uri) {
      const key = uri ?? ''
      const settings = known.get(key) ?? read(uri)
      known.set(key, settings)
      settings.catch(() => known.delete(key))
      return settings
    },
    forget: () => known.clear(),
  }
}

/** The part of the settings that linking knows. */
export function linkingSettings(settings: Settings): LinkingSettings {
  return {
    ...defaultLinkingSettings,
    convention: settings['mentions.convention'],
    generalWords: settings.generalWords,
    candidatesRanked: settings['candidates.ranked'],
    types: settings['candidates.types'],
    sources: settings['candidates.sources'],
    minProbability: settings.minimumProbability,
    namedTypes: readNamedTypes(settings).labels,
  }
}

/** The types that the author named, when there is a model to find them with. */
export function readNamedTypes(settings: Settings): ReadLabels {
  if (settings['mentions.namedTypeModel'] === '') return { labels: [], problems: [] }
  return readLabels(settings['mentions.namedTypes'], settings['mentions.namedTypeThreshold'])
}

/** The part of the settings that chooses a model for named types. */
export function glinerChoiceOf(settings: Settings): GlinerChoice {
  return { modelPath: settings['mentions.namedTypeModel'], provider: settings['engine.provider'] }
}

/** The part of the settings that chooses an engine. */
export function engineChoice(settings: Settings): EngineChoice {
  return {
    modelPath: settings['model.path'],
    provider: settings['engine.provider'],
    nProcesses: settings['engine.processes'],
  }
}
