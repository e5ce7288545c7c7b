import { Option, type Command } from 'commander'
import { ConceptLensError, type KnowledgeBase, type Logger } from '../core/index.ts'
import { createEngine, type Engine, type EngineUse, type Gliner } from '../inference/index.ts'
import { createLinker, defaultLinkingSettings, type Linker, type LinkingSettings } from '../linking/index.ts'
import type { Settings } from '../protocol/index.ts'
import { namedTypesOf, openGliner, type NamedTypeOptions } from './openGliner.ts'
import { addKnowledgeOptions, openKnowledge, type KnowledgeOptions } from './openKnowledge.ts'
import { resources, trialFolder } from './resources.ts'
import { settingOption } from './settingOptions.ts'
import { logLevels, stderrLogger, type LogLevel } from './terminal.ts'

/** Options that every command that links shares. */
export interface LinkerOptions extends KnowledgeOptions, NamedTypeOptions {
  readonly model: string | false
  readonly processes: Settings['engine.processes']
  readonly log: LogLevel
  readonly convention: Settings['mentions.convention']
  readonly detection: LinkingSettings['detection']
  readonly generalWords: Settings['generalWords']
  readonly candidates: Settings['candidates.ranked']
  readonly abbreviations: boolean
}

/** Declares the options of {@link LinkerOptions}: those that are settings in an editor too, and a few of its own. */
export function addLinkerOptions(command: Command): Command {
  return addKnowledgeOptions(command)
    .addOption(settingOption('model.path', { default: resources.model }))
    .option('--no-model', 'link by names alone, without the neural model')
    .addOption(settingOption('engine.provider'))
    .addOption(settingOption('engine.processes'))
    .addOption(settingOption('candidates.ranked'))
    .addOption(settingOption('mentions.convention'))
    .addOption(
      new Option('--detection <d>', 'who finds mentions')
        .choices(['union', 'tagger', 'dictionary'])
        .default(defaultLinkingSettings.detection),
    )
    .addOption(settingOption('generalWords'))
    .addOption(settingOption('mentions.namedTypeModel'))
    .addOption(settingOption('mentions.namedTypes'))
    .addOption(settingOption('mentions.namedTypeThreshold'))
    .option('--no-abbreviations', 'look short forms up as they stand, whatever the document defines')
    .addOption(new Option('--log <level>', 'messages on stderr').choices(logLevels).default('warn'))
}

/** The parts of a linking run; end it with `dispose`. */
export interface OpenLinker {
  readonly linker: Linker
  readonly knowledgeBase: KnowledgeBase
  readonly engine: Engine | undefined
  readonly logger: Logger
  dispose(): Promise<void>
}

/** Opens knowledge base, model and linker. A model that cannot be loaded is an error here: a script must not get lesser links unawares. */
export async function openLinker(
  options: LinkerOptions,
  use: EngineUse = 'manuscripts',
): Promise<OpenLinker> {
  const logger = stderrLogger(options.log)
  const { knowledgeBase, close } = await openKnowledge(options)
  let gliner: Gliner | undefined
  try {
    const { model } = options
    gliner = await openGliner(options, logger)
    const engine = model === false ? undefined : await startEngine({ ...options, model, use }, logger)
    const settings: LinkingSettings = {
      ...defaultLinkingSettings,
      convention: options.convention,
      detection: options.detection,
      generalWords: options.generalWords,
      candidatesRanked: options.candidates,
      types: options.onlyTypes,
      sources: options.onlySources,
      expandAbbreviations: options.abbreviations,
      namedTypes: gliner ? namedTypesOf(options) : [],
    }
    const linker = createLinker({ knowledgeBase, engine, gliner, logger }, settings)
    return {
      linker,
      knowledgeBase,
      engine,
      logger,
      async dispose() {
        await Promise.all([engine?.dispose(), gliner?.dispose()])
        close()
      },
    }
  } catch (error) {
    await gliner?.dispose()
    close()
    throw error
  }
}

/** Starts the engine of a model. A model that cannot be loaded is an error that tells of `--no-model`. */
export async function startEngine(
  {
    model: modelDir,
    use,
    processes,
    provider,
  }: Pick<LinkerOptions, 'processes' | 'provider'> & { model: string; use: EngineUse },
  logger: Logger,
): Promise<Engine> {
  try {
    const { engineScript } = resources
    return await createEngine({
      modelDir,
      engineScript,
      processes,
      use,
      provider,
      trialFolder: trialFolder(),
      logger,
    })
  } catch (error) {
    if (!(error instanceof ConceptLensError)) throw error
    throw new ConceptLensError(error.code, `${error.message} (--no-model links by names alone.)`, {
      cause: error,
    })
  }
}
