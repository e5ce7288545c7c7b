import type { Command } from 'commander'
import { ConceptLensError, type LanguageModel, type Logger } from '../core/index.ts'
import { createGenerative } from '../inference/index.ts'
import { createServerModel } from '../network/index.ts'
import { generativeOf, type Pipeline } from '../pipeline/index.ts'
import type { Settings } from '../protocol/index.ts'
import { addLanguageModelOptions, openLanguageModel, type LanguageModelOptions } from './openLanguageModel.ts'
import { resources } from './resources.ts'
import { settingOption } from './settingOptions.ts'

/** Options about which language model is asked; when and how is the pipeline's business. */
export interface GenerativeOptions extends LanguageModelOptions {
  readonly generative: Settings['generative.use']
  readonly generativeFolder: Settings['generative.folder']
  readonly provider: Settings['engine.provider']
}

/** Declares the options of {@link GenerativeOptions}, but for the provider, and those that a pipeline has its own idea of. */
export function addGenerativeOptions(command: Command): Command {
  command
    .addOption(settingOption('generative.use'))
    .addOption(settingOption('generative.folder'))
    .addOption(settingOption('generative.below'))
    .addOption(settingOption('generative.mostMentions'))
    .addOption(settingOption('generative.orders'))
    .addOption(settingOption('generative.feedback'))
  return addLanguageModelOptions(command)
}

/** Opens the model that a pipeline asks; `undefined` when it asks none. @throws ConceptLensError when it cannot be had here */
export async function openAsked(
  pipeline: Pipeline,
  options: GenerativeOptions,
  logger: Logger,
): Promise<LanguageModel | undefined> {
  if (!generativeOf(pipeline)) return undefined
  const model = await openGenerative(options, logger)
  if (model) return model
  throw new ConceptLensError(
    'usage',
    'The pipeline asks a language model ("kind: generative"), and none is chosen. Give --generative folder --generative-folder DIR, or --generative server --lm-server URL; --generative off goes without it.',
  )
}

/**
 * Opens the model that writes what a command asks for, whatever a pipeline says: the one that `--generative` chooses, or else the one
 * that is named. @throws ConceptLensError when it cannot be had here
 */
export async function openWriter(options: GenerativeOptions, logger: Logger): Promise<LanguageModel> {
  const named = options.generative === 'off' ? onlyNamed(options) : options.generative
  const model = await openGenerative({ ...options, generative: named }, logger)
  if (model) return model
  throw new ConceptLensError(
    'usage',
    'There is no language model to ask: name one in a folder, --generative-folder DIR, or a server, for example --lm-server http://127.0.0.1:11434/v1 for Ollama.',
  )
}

function onlyNamed({ generativeFolder, lmServer }: GenerativeOptions): GenerativeOptions['generative'] {
  if (generativeFolder !== '' && lmServer !== '')
    throw new ConceptLensError(
      'usage',
      'Two language models are named, --generative-folder and --lm-server: say which one with --generative folder or --generative server.',
    )
  if (generativeFolder !== '') return 'folder'
  return lmServer === '' ? 'off' : 'server'
}

/** Opens the model that the options choose; `undefined` when they choose none. @throws ConceptLensError when it cannot be had here */
export async function openGenerative(
  options: GenerativeOptions,
  logger: Logger,
): Promise<LanguageModel | undefined> {
  const { generative, generativeFolder: modelDir, provider } = options
  if (generative === 'off') return undefined
  if (generative === 'server') return createServerModel(openLanguageModel(options))
  if (generative === 'folder' && modelDir !== '')
    return createGenerative({ modelDir, engineScript: resources.engineScript, provider, logger })
  throw new ConceptLensError(
    'usage',
    generative === 'folder'
      ? '--generative folder needs the folder of a model: --generative-folder DIR. The manual says under "Generative ranking" how to get one.'
      : 'The command line has no editor whose language model it could ask: take --generative folder or server.',
  )
}
