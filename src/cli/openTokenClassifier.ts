import { Option, type Command } from 'commander'
import { ConceptLensError, type Logger } from '../core/index.ts'
import { groupOfType } from '../formats/index.ts'
import { aggregations, createTokenClassifier, type TokenClassifier } from '../inference/index.ts'
import {
  pipelineClassifiers,
  readTypeGroups,
  type ClassifierRules,
  type PipelineClassifiers,
} from '../linking/index.ts'
import { classifiersOf, type Pipeline } from '../pipeline/index.ts'
import type { Settings } from '../protocol/index.ts'
import { openTogether } from './openTogether.ts'
import { resources } from './resources.ts'
import { numberParser } from './settingOptions.ts'

/** Options about a token-classification model of the person's own. */
export interface TokenClassifierOptions {
  readonly tokenClassifier?: string
  readonly typeGroups?: readonly string[]
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
  throw new ConceptLensError('usage', `--type-groups: ${problems[0]}.`)
}

/** The token-classification models that a pipeline names. */
export interface OpenClassifiers {
  readonly of: PipelineClassifiers['of']
  readonly dispose: () => Promise<void>
}

/** Starts the token-classification models that a pipeline names, side by side. */
export async function openClassifiers(
  pipeline: Pipeline,
  { provider }: Pick<TokenClassifierOptions, 'provider'>,
  logger: Logger,
): Promise<OpenClassifiers> {
  const { engineScript } = resources
  const asked = classifiersOf(pipeline)
  const { opened, dispose } = await openTogether(
    ...asked.map(({ model: modelDir, aggregation }) =>
      createTokenClassifier({ modelDir, engineScript, aggregation, provider, logger }),
    ),
  )
  const { of, problems } = pipelineClassifiers(asked, opened, groupOfType)
  if (problems[0] === undefined) return { of, dispose }
  await dispose()
  throw new ConceptLensError('usage', `"types" of the pipeline: ${problems[0]}.`)
}
