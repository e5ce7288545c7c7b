import { Option, type Command } from 'commander'
import { ConceptLensError, type KnowledgeBase, type LanguageModel, type Logger } from '../core/index.ts'
import { createEngine, type Engine, type EngineUse, type Gliner } from '../inference/index.ts'
import { createLinker, type Linker } from '../linking/index.ts'
import { createCandidateService } from '../network/index.ts'
import type { Pipeline } from '../pipeline/index.ts'
import type { Settings } from '../protocol/index.ts'
import { addGenerativeOptions, openAsked, type GenerativeOptions } from './openGenerative.ts'
import { openGliner } from './openGliner.ts'
import { addKnowledgeOptions, openKnowledge, type KnowledgeOptions } from './openKnowledge.ts'
import { openClassifiers, type OpenClassifiers } from './openTokenClassifier.ts'
import { noteSaid, pipelineOf, type PipelineOptions } from './pipelineOptions.ts'
import { resources, trialFolder } from './resources.ts'
import { settingOption } from './settingOptions.ts'
import { logLevels, stderrLogger, type LogLevel } from './terminal.ts'

/** Options that every command that links shares. */
export interface LinkerOptions extends KnowledgeOptions, PipelineOptions, GenerativeOptions {
  readonly processes: Settings['engine.processes']
  readonly provider: Settings['engine.provider']
  readonly candidateHost: Settings['candidates.allowedHosts']
  readonly log: LogLevel
}

/** Declares the options of {@link LinkerOptions}: those that are settings in an editor too, and a few of its own. */
export function addLinkerOptions(command: Command): Command {
  return addGenerativeOptions(addKnowledgeOptions(noteSaid(command)))
    .addOption(settingOption('pipeline'))
    .addOption(settingOption('model.path', { default: resources.model }))
    .option('--no-model', 'link by names alone, without the neural model')
    .addOption(settingOption('engine.provider'))
    .addOption(settingOption('engine.processes'))
    .addOption(settingOption('candidates.ranked'))
    .addOption(settingOption('mentions.convention'))
    .addOption(
      new Option('--detection <d>', 'who finds mentions')
        .choices(['union', 'tagger', 'dictionary'])
        .default('union'),
    )
    .addOption(settingOption('generalWords'))
    .addOption(settingOption('mentions.namedTypeModel'))
    .addOption(settingOption('mentions.namedTypes'))
    .addOption(settingOption('mentions.namedTypeThreshold'))
    .addOption(settingOption('candidates.allowedHosts'))
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

/** Opens knowledge base, models and linker. A model that cannot be loaded is an error here: a script must not get lesser links unawares. */
export async function openLinker(
  options: LinkerOptions,
  use: EngineUse = 'manuscripts',
): Promise<OpenLinker> {
  const logger = stderrLogger(options.log)
  const pipeline = pipelineOf(options)
  const { types: onlyTypes, sources: onlySources } = pipeline.filters
  const extraKb = [...options.extraKb, ...vocabulariesOf(pipeline)]
  const { knowledgeBase, close } = await openKnowledge({ ...options, extraKb, onlyTypes, onlySources })
  let gliner: Gliner | undefined
  let languageModel: LanguageModel | undefined
  let classifiers: OpenClassifiers | undefined
  const end = () => Promise.all([gliner?.dispose(), languageModel?.dispose(), classifiers?.dispose()])
  try {
    languageModel = await openAsked(pipeline, options, logger)
    gliner = await openGliner(pipeline, options, logger)
    classifiers = await openClassifiers(pipeline, options, logger)
    const engine = await openEngine(pipeline.model, { ...options, use }, logger)
    const { candidateHost: allowedHosts } = options
    const remote = (service: { readonly url: string; readonly timeoutMs: number }) =>
      createCandidateService({ ...service, allowedHosts })
    const asked = languageModel && { model: languageModel }
    const linker = createLinker(
      {
        ...{ knowledgeBase, engine, gliner, languageModel: asked, remote, logger },
        classifier: classifiers.of,
      },
      pipeline,
    )
    return {
      linker,
      knowledgeBase,
      engine,
      logger,
      async dispose() {
        await Promise.all([engine?.dispose(), end()])
        close()
      },
    }
  } catch (error) {
    await end()
    close()
    throw error
  }
}

/** The vocabularies that layers of a pipeline name. */
const vocabulariesOf = ({ candidates }: Pipeline): readonly string[] =>
  candidates.layers.flatMap((one) => (one.kind === 'dictionary' ? one.path : []))

async function openEngine(
  model: string,
  options: Pick<LinkerOptions, 'processes' | 'provider'> & { use: EngineUse },
  logger: Logger,
): Promise<Engine | undefined> {
  if (model === 'none') return undefined
  return startEngine({ ...options, model: model === 'built-in' ? resources.model : model }, logger)
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
