import type { Command } from 'commander'
import { ConceptLensError, type LanguageModel, type Logger } from '../core/index.ts'
import { createGenerative } from '../inference/index.ts'
import type { AskingOptions } from '../linking/index.ts'
import { createServerModel } from '../network/index.ts'
import type { Settings } from '../protocol/index.ts'
import { addLanguageModelOptions, openLanguageModel, type LanguageModelOptions } from './openLanguageModel.ts'
import { resources } from './resources.ts'
import { settingOption } from './settingOptions.ts'

/** Options about a language model that is asked for letters. */
export interface GenerativeOptions extends LanguageModelOptions {
  readonly generative: Settings['generative.use']
  readonly generativeFolder: Settings['generative.folder']
  readonly generativeBelow: Settings['generative.below']
  readonly generativeMost: Settings['generative.mostMentions']
  readonly generativeOrders: Settings['generative.orders']
  readonly provider: Settings['engine.provider']
}

/** Declares the options of {@link GenerativeOptions}, but for the provider. */
export function addGenerativeOptions(command: Command): Command {
  command
    .addOption(settingOption('generative.use'))
    .addOption(settingOption('generative.folder'))
    .addOption(settingOption('generative.below'))
    .addOption(settingOption('generative.mostMentions'))
    .addOption(settingOption('generative.orders'))
  return addLanguageModelOptions(command)
}

/** When a language model is asked, as the options say. */
export function askingOptionsOf(options: GenerativeOptions): AskingOptions {
  const { generativeBelow: below, generativeMost: mostMentions, generativeOrders: nOrders } = options
  return { below, mostMentions, nOrders }
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
