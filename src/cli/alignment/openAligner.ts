import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { Option } from 'commander'
import { ALIGNMENT_MODEL_FILE, readAlignmentModel, type AlignerParts } from '../../alignment/index.ts'
import type { KnowledgeBase, Logger } from '../../core/index.ts'
import type { Settings } from '../../protocol/index.ts'
import { readText } from '../inputs.ts'
import { candidateThreads } from './candidateThreads.ts'
import { addKnowledgeOptions, openKnowledge, type KnowledgeOptions } from '../openKnowledge.ts'
import type { LinkerOptions } from '../openLinker.ts'
import { startEngine } from '../openStageParts.ts'
import { resources } from '../resources.ts'
import { settingOption } from '../settingOptions.ts'
import { logLevels, stderrLogger } from '../terminal.ts'

/** Options of what terms are aligned with. */
export interface AlignerOptions
  extends KnowledgeOptions, Pick<LinkerOptions, 'model' | 'provider' | 'processes' | 'log'> {
  readonly language: string
  readonly secondOpinion: Settings['alignment.secondOpinion']
}

/** Declares the options of {@link AlignerOptions}. */
export function addAlignerOptions(command: Command): Command {
  return addKnowledgeOptions(command)
    .option('--language <tag>', 'BCP 47 tag of the terms; the model reads English only', 'en')
    .addOption(settingOption('alignment.secondOpinion'))
    .addOption(settingOption('model.path', { default: resources.model }))
    .option('--no-model', 'by names alone, without the neural model')
    .addOption(settingOption('engine.provider'))
    .addOption(settingOption('engine.processes'))
    .addOption(new Option('--log <level>', 'messages on stderr').choices(logLevels).default('warn'))
}

/** The parts of an alignment; end it with `dispose`. */
export interface OpenAligner extends AlignerParts {
  readonly knowledgeBase: KnowledgeBase
  /** Changes whenever an answer may; for terms and tables alike. */
  readonly fingerprint: string
  readonly logger: Logger
  dispose(): Promise<void>
}

/** Opens the knowledge base, the weights of evidence and, where it is asked for, the engine. */
export async function openAligner(options: AlignerOptions): Promise<OpenAligner> {
  const logger = stderrLogger(options.log)
  const { model: modelDir } = options
  const readsLanguage = /^en\b/i.test(options.language)
  if (!readsLanguage && modelDir !== false && options.secondOpinion !== 'never')
    logger.warn(`The model reads English only; terms in "${options.language}" are aligned by their names.`)
  const secondOpinion = readsLanguage ? options.secondOpinion : 'never'
  const { knowledgeBase, close } = await openKnowledge(options)
  try {
    const path = modelPath(modelDir)
    const weights = await readText(path)
    const model = readAlignmentModel(weights, path)
    const engine =
      modelDir === false || secondOpinion === 'never'
        ? undefined
        : await startEngine({ ...options, model: modelDir, use: 'manuscripts' }, logger)
    if (engine && model.model !== `${engine.info.model} ${engine.info.version}`)
      logger.warn(
        `The weights in ${path} were fitted for ${model.model}; this is ${engine.info.model} ${engine.info.version}. Probabilities may be off.`,
      )
    const { fingerprint } = knowledgeBase.info
    const threads = candidateThreads(resources.candidatesScript, knowledgeOf(options))
    return {
      candidates: threads.candidates,
      engine,
      model,
      secondOpinion,
      knowledgeBase,
      fingerprint: JSON.stringify([
        fingerprint,
        engine?.info.fingerprint ?? '',
        weights,
        secondOpinion,
        knowledgeOf(options),
      ]),
      logger,
      async dispose() {
        await threads.dispose()
        await engine?.dispose()
        close()
      },
    }
  } catch (error) {
    close()
    throw error
  }
}

/** The options of knowledge alone: what threads are sent. */
function knowledgeOf({ kb, extraKb, onlyTypes, onlySources, vectors }: KnowledgeOptions): KnowledgeOptions {
  return { kb, extraKb, onlyTypes, onlySources, vectors }
}

/** The weights beside the model; of a model that has none, and without a model, those beside the built-in one. */
function modelPath(modelDir: string | false): string {
  const own = modelDir === false ? undefined : join(modelDir, ALIGNMENT_MODEL_FILE)
  return own !== undefined && existsSync(own) ? own : join(resources.model, ALIGNMENT_MODEL_FILE)
}
