import type { Command } from 'commander'
import { ConceptLensError } from '../core/index.ts'
import { createLanguageModelServer, readServerAddress, type LanguageModelServer } from '../network/index.ts'
import type { Settings } from '../protocol/index.ts'
import { settingOption } from './settingOptions.ts'

/** Where the command line finds the key of a server that asks for one. */
const KEY_VARIABLE = 'CONCEPTLENS_LM_KEY'

/** Options about a server with a language model. */
export interface LanguageModelOptions {
  readonly lmServer: Settings['languageModel.server']
  readonly lmModel: Settings['languageModel.model']
  readonly lmHost: Settings['languageModel.allowedHosts']
  readonly lmTimeout: Settings['languageModel.timeout']
}

/** Declares the options of {@link LanguageModelOptions}. */
export function addLanguageModelOptions(command: Command): Command {
  return command
    .addOption(settingOption('languageModel.server'))
    .addOption(settingOption('languageModel.model'))
    .addOption(settingOption('languageModel.allowedHosts'))
    .addOption(settingOption('languageModel.timeout'))
}

/** The server that the options name. Nothing is sent yet. @throws ConceptLensError when there is none, or it may not be asked */
export function openLanguageModel(options: LanguageModelOptions): LanguageModelServer {
  if (options.lmServer === '')
    throw new ConceptLensError(
      'usage',
      'There is no language model: give the address of a server, for example --lm-server http://127.0.0.1:11434/v1 for Ollama.',
    )
  const key = process.env[KEY_VARIABLE]
  return createLanguageModelServer({
    address: readServerAddress(options.lmServer, options.lmHost),
    model: options.lmModel,
    timeoutMs: 1000 * options.lmTimeout,
    ...(key ? { key } : {}),
  })
}
