import { Option, type Command } from 'commander'
import { CancelledError, ConceptLensError, type CancellationToken } from '../../core/index.ts'
import { toSource } from '../../document/index.ts'
import type { ScoredSpan } from '../../inference/index.ts'
import { selectSpans, type Decoding } from '../../linking/index.ts'
import { readInput } from '../inputs.ts'
import { namedTypesOf, openNamedTypes, type NamedTypeOptions } from '../openGliner.ts'
import {
  addTokenClassifierOptions,
  openTokenClassifier,
  type OpenTokenClassifier,
  type TokenClassifierOptions,
} from '../openTokenClassifier.ts'
import { writeOut } from '../output.ts'
import { settingOption } from '../settingOptions.ts'
import { interruptToken, logLevels, stderrLogger, type LogLevel } from '../terminal.ts'

interface MentionsOptions extends NamedTypeOptions, TokenClassifierOptions {
  readonly format: 'text' | 'jsonl'
  readonly nested?: true
  readonly multiLabel?: true
  readonly log: LogLevel
}

/** A mention as a line of JSON; offsets are UTF-16 units of the file. */
interface FoundMention {
  readonly file: string
  readonly start: number
  readonly end: number
  readonly text: string
  readonly type: string
  readonly probability: number
}

/** `mentions FILE…`: mentions of types that people name, or that a model of their own knows, without linking them. */
export function addMentionsCommand(program: Command): void {
  const command = program
    .command('mentions')
    .description(
      'find mentions without linking them: of types that you name, with a GLiNER model, or of the types of a token-classification model',
    )
    .argument('<file...>')
    .addOption(settingOption('mentions.namedTypeModel'))
    .addOption(settingOption('mentions.namedTypes'))
    .addOption(settingOption('mentions.namedTypeThreshold'))
    .option('--nested', 'also mentions that lie in another')
    .option('--multi-label', 'also several types of the same words')
    .addOption(new Option('--format <f>', 'what to write').choices(['text', 'jsonl']).default('text'))
    .addOption(settingOption('engine.provider'))
    .addOption(new Option('--log <level>', 'messages on stderr').choices(logLevels).default('warn'))
  addTokenClassifierOptions(command).action(run)
}

async function run(files: readonly string[], options: MentionsOptions): Promise<void> {
  const token = interruptToken()
  const models = await openModels(options)
  const decoding = { nested: options.nested === true, multiLabel: options.multiLabel === true }
  try {
    for (const file of files)
      for await (const found of mentionsIn(file, { models, decoding, token }))
        writeOut(options.format === 'jsonl' ? `${JSON.stringify(found)}\n` : lineOf(found))
  } finally {
    await Promise.all(models.map((model) => model.dispose()))
  }
}

/** A model that finds mentions of the types asked for. */
interface Model {
  spans(text: string, token: CancellationToken): Promise<readonly ScoredSpan[]>
  dispose(): Promise<void>
}

async function openModels(options: MentionsOptions): Promise<readonly Model[]> {
  const logger = stderrLogger(options.log)
  const labels = namedTypesOf(options)
  if (labels.length === 0 && options.tokenClassifier === undefined)
    throw new ConceptLensError(
      'usage',
      'Name at least one type: --labels "assay, cell line", or a model that has types: --token-classifier DIR.',
    )
  const classified = await openTokenClassifier(options, logger)
  const models = classified ? [modelOf(classified)] : []
  if (labels.length === 0) return models
  const gliner = await openNamedTypes(options.gliner, options.provider, logger).catch(
    async (error: unknown) => {
      await classified?.classifier.dispose()
      throw error
    },
  )
  const named: Model = {
    spans: (text, token) => gliner.spans(text, labels, token),
    dispose: () => gliner.dispose(),
  }
  return [named, ...models]
}

function modelOf({ classifier, rules }: OpenTokenClassifier): Model {
  return {
    spans: async (text, token) =>
      (await classifier.spans(text, token)).filter(({ probability }) => probability >= rules.threshold),
    dispose: () => classifier.dispose(),
  }
}

interface Asking {
  readonly models: readonly Model[]
  readonly decoding: Decoding
  readonly token: CancellationToken
}

async function* mentionsIn(file: string, { models, decoding, token }: Asking): AsyncGenerator<FoundMention> {
  const { documents } = await readInput(file)
  for (const passage of documents.flatMap(({ manuscript }) => manuscript.passages)) {
    if (token.isCancellationRequested) throw new CancelledError()
    const found = await Promise.all(models.map((model) => model.spans(passage.text, token)))
    for (const { start, end, label: type, probability } of selectSpans(found.flat(), decoding)) {
      const source = toSource(passage, { start, end })
      const text = passage.text.slice(start, end)
      const rounded = Number(probability.toFixed(4))
      yield { file: passage.file, start: source.start, end: source.end, text, type, probability: rounded }
    }
  }
}

const lineOf = ({ file, start, end, text, type, probability }: FoundMention): string =>
  `${file}:${start}-${end}\t${type}\t${probability.toFixed(2)}\t${text}\n`
