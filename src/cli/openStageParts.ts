import { Option, type Command } from 'commander'
import { ConceptLensError, type KnowledgeBase, type Logger } from '../core/index.ts'
import { createEngine, type Engine, type EngineUse } from '../inference/index.ts'
import type { LinkerParts } from '../linking/index.ts'
import { vocabulariesIn, type Pipeline } from '../pipeline/index.ts'
import type { Settings } from '../protocol/index.ts'
import { openGliner } from './openGliner.ts'
import { addKnowledgeOptions, openOverKnowledge, type KnowledgeOptions } from './openKnowledge.ts'
import { openClassifiers } from './openTokenClassifier.ts'
import { openTogether } from './openTogether.ts'
import { noteSaid, type PipelineOptions } from './pipelineOptions.ts'
import { resources, trialFolder } from './resources.ts'
import { settingOption } from './settingOptions.ts'
import { logLevels, stderrLogger, type LogLevel } from './terminal.ts'

/** Options of every command that finds mentions by a pipeline. */
export interface DetectionOptions extends KnowledgeOptions, PipelineOptions {
  readonly processes: Settings['engine.processes']
  readonly provider: Settings['engine.provider']
  readonly log: LogLevel
}

/** Declares the options of {@link DetectionOptions}: those that are settings in an editor too, and a few of its own. */
export function addDetectionOptions(command: Command): Command {
  return addKnowledgeOptions(noteSaid(command))
    .addOption(settingOption('pipeline'))
    .addOption(settingOption('model.path', { default: resources.model }))
    .option('--no-model', 'link by names alone, without the neural model')
    .addOption(settingOption('engine.provider'))
    .addOption(settingOption('engine.processes'))
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
    .option('--no-abbreviations', 'look short forms up as they stand, whatever the document defines')
    .addOption(new Option('--log <level>', 'messages on stderr').choices(logLevels).default('warn'))
}

/** What the stages of a pipeline are made from; end it with `dispose`. */
export interface OpenStageParts extends Pick<LinkerParts, 'gliner' | 'classifier'> {
  readonly knowledgeBase: KnowledgeBase
  readonly engine: Engine | undefined
  readonly logger: Logger
  dispose(): Promise<void>
}

/**
 * Opens the knowledge base, and side by side the models of a pipeline. A model that cannot be loaded is an error here: a script must
 * not get lesser links unawares.
 */
export async function openStageParts(
  pipeline: Pipeline,
  options: DetectionOptions,
  use: EngineUse,
): Promise<OpenStageParts> {
  const logger = stderrLogger(options.log)
  const { types: onlyTypes, sources: onlySources } = pipeline.filters
  const extraKb = [...options.extraKb, ...vocabulariesIn(pipeline)]
  const { knowledgeBase, opened, dispose } = await openOverKnowledge(
    { ...options, extraKb, onlyTypes, onlySources },
    () =>
      openTogether(
        openEngine(pipeline.model, { ...options, use }, logger),
        openGliner(pipeline, options, logger),
        openClassifiers(pipeline, options, logger),
      ),
  )
  const [engine, gliner, { of: classifier }] = opened
  return { knowledgeBase, engine, gliner, classifier, logger, dispose }
}

async function openEngine(
  model: string,
  options: Pick<DetectionOptions, 'processes' | 'provider'> & { use: EngineUse },
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
  }: Pick<DetectionOptions, 'processes' | 'provider'> & { model: string; use: EngineUse },
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
