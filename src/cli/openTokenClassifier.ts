import { Option, type Command } from 'commander'
import { ConceptLensError, type Logger } from '../core/index.ts'
import { groupOfType } from '../formats/index.ts'
import { aggregations, createTokenClassifier, type TokenClassifier } from '../inference/index.ts'
import {
  readTypeGroups,
  type ClassifierRules,
  type LinkerParts,
  type OpenClassifier,
} from '../linking/index.ts'
import { classifiersOf, type ClassifierOptions, type Pipeline } from '../pipeline/index.ts'
import type { Settings } from '../protocol/index.ts'
import { resources } from './resources.ts'
import { numberParser } from './settingOptions.ts'

/** Options about a token-classification model of the person's own. */
export interface TokenClassifierOptions {
  readonly tokenClassifier?: string
  readonly typeGroups?: readonly string[]
  /** Who says the semantic groups, for messages; by default the option. */
  readonly saidBy?: string
  readonly aggregation: (typeof aggregations)[number] | 'auto'
  readonly classifierThreshold: number
  readonly provider: Settings['engine.provider']
}

/** Declares the options of {@link TokenClassifierOptions}, but for the provider. */
export function addTokenClassifierOptions(command: Command): Command {
  return command
    .option('--token-classifier <dir>', 'folder of a token-classification model of Hugging Face in ONNX')
    .option(
      '--type-groups <types...>',
      'semantic groups of its types where they are not the usual ones: "Cancer = DISO"',
    )
    .addOption(
      new Option('--aggregation <a>', 'how its labels of word pieces become labels of words')
        .choices(['auto', ...aggregations])
        .default('auto'),
    )
    .addOption(
      new Option('--classifier-threshold <p>', 'probability from which its mentions count (0 to 1)')
        .argParser(numberParser({ type: 'number', minimum: 0, maximum: 1 }))
        .default(0),
    )
}

/** A running model, and what is taken of it. */
export interface OpenTokenClassifier {
  readonly classifier: TokenClassifier
  readonly rules: ClassifierRules
}

/** Starts the model that the options name; `undefined` when they name none. */
export async function openTokenClassifier(
  options: TokenClassifierOptions,
  logger: Logger,
): Promise<OpenTokenClassifier | undefined> {
  const { tokenClassifier: modelDir, aggregation, provider, typeGroups = [] } = options
  if (modelDir === undefined) return undefined
  const { engineScript } = resources
  const classifier = await createTokenClassifier({ modelDir, engineScript, aggregation, provider, logger })
  const { groups, problems } = readTypeGroups(classifier.info.types, typeGroups, groupOfType)
  if (problems[0] === undefined)
    return { classifier, rules: { groups, threshold: options.classifierThreshold } }
  await classifier.dispose()
  throw new ConceptLensError('usage', `${options.saidBy ?? '--type-groups'}: ${problems[0]}.`)
}

/** The token-classification models that a pipeline names. */
export interface OpenClassifiers {
  readonly of: NonNullable<LinkerParts['classifier']>
  readonly dispose: () => Promise<void>
}

/** Starts the token-classification models that a pipeline names. */
export async function openClassifiers(
  pipeline: Pipeline,
  { provider }: Pick<TokenClassifierOptions, 'provider'>,
  logger: Logger,
): Promise<OpenClassifiers> {
  const opened = new Map<ClassifierOptions, OpenClassifier>()
  const dispose = async (): Promise<void> => {
    await Promise.all([...opened.values()].map(({ classifier }) => classifier.dispose()))
  }
  try {
    for (const one of classifiersOf(pipeline)) {
      const { model: tokenClassifier, types: typeGroups, aggregation, threshold: classifierThreshold } = one
      const saidBy = '"types" of the pipeline'
      const own = { tokenClassifier, typeGroups, aggregation, provider, classifierThreshold, saidBy }
      const found = await openTokenClassifier(own, logger)
      if (found) opened.set(one, { classifier: found.classifier, groups: found.rules.groups })
    }
  } catch (error) {
    await dispose()
    throw error
  }
  return { of: (one) => opened.get(one), dispose }
}
