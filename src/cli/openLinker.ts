import { availableParallelism } from 'node:os'
import { Option, type Command } from 'commander'
import { ConceptLensError, type KnowledgeBase, type Logger } from '../core/index.ts'
import { createEngine, providerNames, type Engine, type ProviderName } from '../inference/index.ts'
import { openKnowledgeBase } from '../knowledge/index.ts'
import { createLinker, defaultLinkingSettings, type Linker, type LinkingSettings } from '../linking/index.ts'
import { numberBetween } from './commands/kb.ts'
import { resources } from './resources.ts'
import { logLevels, stderrLogger, type LogLevel } from './terminal.ts'

/** Options that every command that links shares. */
export interface LinkerOptions {
  readonly kb: string
  readonly model: string | false
  readonly provider: ProviderName
  readonly processes: number
  readonly log: LogLevel
  readonly convention: LinkingSettings['convention']
  readonly detection: LinkingSettings['detection']
  readonly generalWords: LinkingSettings['generalWords']
  readonly candidates: number
}

/** Declares the options of {@link LinkerOptions}. */
export function addLinkerOptions(command: Command): Command {
  return command
    .option('--kb <dir>', 'knowledge base', resources.starterKnowledgeBase)
    .option('--model <dir>', 'model', resources.model)
    .option('--no-model', 'link by names alone, without the neural model')
    .addOption(new Option('--provider <p>', 'where the model runs').choices(providerNames).default('auto'))
    .option(
      '--processes <n>',
      'engine processes of one thread each',
      numberBetween(1, 64),
      Math.min(2, availableParallelism()),
    )
    .option(
      '--candidates <n>',
      'candidates ranked per mention',
      numberBetween(1, 20),
      defaultLinkingSettings.candidatesRanked,
    )
    .addOption(
      new Option('--convention <c>', 'what counts as a mention')
        .choices(['concepts', 'entities', 'both'])
        .default(defaultLinkingSettings.convention),
    )
    .addOption(
      new Option('--detection <d>', 'who finds mentions')
        .choices(['union', 'tagger', 'dictionary'])
        .default(defaultLinkingSettings.detection),
    )
    .addOption(
      new Option('--general-words <g>', 'words of every paper (study, patient …)')
        .choices(['hide', 'show'])
        .default(defaultLinkingSettings.generalWords),
    )
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
export async function openLinker(options: LinkerOptions): Promise<OpenLinker> {
  const logger = stderrLogger(options.log)
  const knowledgeBase = openKnowledgeBase(options.kb)
  try {
    const engine = options.model === false ? undefined : await startEngine(options, options.model, logger)
    const settings: LinkingSettings = {
      ...defaultLinkingSettings,
      convention: options.convention,
      detection: options.detection,
      generalWords: options.generalWords,
      candidatesRanked: options.candidates,
    }
    const linker = createLinker({ knowledgeBase, engine, logger }, settings)
    return {
      linker,
      knowledgeBase,
      engine,
      logger,
      async dispose() {
        await engine?.dispose()
        knowledgeBase.close()
      },
    }
  } catch (error) {
    knowledgeBase.close()
    throw error
  }
}

async function startEngine(options: LinkerOptions, modelDir: string, logger: Logger): Promise<Engine> {
  try {
    const { engineScript } = resources
    return await createEngine({
      modelDir,
      engineScript,
      processes: options.processes,
      provider: options.provider,
      logger,
    })
  } catch (error) {
    if (!(error instanceof ConceptLensError)) throw error
    throw new ConceptLensError(error.code, `${error.message} (--no-model links by names alone.)`, {
      cause: error,
    })
  }
}
