import type { Command } from 'commander'
import type { EngineUse } from '../inference/index.ts'
import { createLinker, type Linker } from '../linking/index.ts'
import { createCandidateService } from '../network/index.ts'
import type { Settings } from '../protocol/index.ts'
import { addGenerativeOptions, openAsked, type GenerativeOptions } from './openGenerative.ts'
import {
  addDetectionOptions,
  openStageParts,
  type DetectionOptions,
  type OpenStageParts,
} from './openStageParts.ts'
import { openTogether } from './openTogether.ts'
import { pipelineOf } from './pipelineOptions.ts'
import { settingOption } from './settingOptions.ts'
import { stderrLogger } from './terminal.ts'

/** Options that every command that links shares. */
export interface LinkerOptions extends DetectionOptions, GenerativeOptions {
  readonly generative: Settings['generative.use']
  readonly provider: Settings['engine.provider']
  readonly candidateHost: Settings['candidates.allowedHosts']
}

/** Declares the options of {@link LinkerOptions}. */
export function addLinkerOptions(command: Command): Command {
  return addGenerativeOptions(addDetectionOptions(command))
    .addOption(settingOption('candidates.ranked'))
    .addOption(settingOption('candidates.allowedHosts'))
}

/** The parts of a linking run; end it with `dispose`. */
export interface OpenLinker extends Pick<OpenStageParts, 'knowledgeBase' | 'engine' | 'logger' | 'dispose'> {
  readonly linker: Linker
}

/** Opens knowledge base, models and linker. A model that cannot be loaded is an error here: a script must not get lesser links unawares. */
export async function openLinker(
  options: LinkerOptions,
  use: EngineUse = 'manuscripts',
): Promise<OpenLinker> {
  const pipeline = pipelineOf(options)
  const asked = await openAsked(pipeline, options, stderrLogger(options.log))
  const { opened, dispose } = await openTogether(
    Promise.resolve(asked),
    openStageParts(pipeline, options, use),
  )
  const [model, parts] = opened
  const { candidateHost: allowedHosts } = options
  const remote = (service: { readonly url: string; readonly timeoutMs: number }) =>
    createCandidateService({ ...service, allowedHosts })
  const languageModel = model && { model }
  try {
    return { ...parts, linker: createLinker({ ...parts, languageModel, remote }, pipeline), dispose }
  } catch (error) {
    // A service that may not be asked.
    await dispose()
    throw error
  }
}
