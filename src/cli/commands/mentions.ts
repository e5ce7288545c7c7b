import { Option, type Command } from 'commander'
import { CancelledError, ConceptLensError, type CancellationToken } from '../../core/index.ts'
import { toSource } from '../../document/index.ts'
import { readInput } from '../inputs.ts'
import { openMentionModels, openPipelineMentions, type MentionSource } from '../openMentionModels.ts'
import { addDetectionOptions, type DetectionOptions } from '../openStageParts.ts'
import { addTokenClassifierOptions, type TokenClassifierOptions } from '../openTokenClassifier.ts'
import { writeOut } from '../output.ts'
import { interruptToken } from '../terminal.ts'

interface MentionsOptions extends DetectionOptions, TokenClassifierOptions {
  readonly provider: DetectionOptions['provider']
  readonly format: 'text' | 'jsonl'
  readonly nested?: true
  readonly multiLabel?: true
}

/** A mention as a line of JSON; offsets are UTF-16 units of the file. */
interface FoundMention {
  readonly file: string
  readonly start: number
  readonly end: number
  readonly text: string
  readonly type?: string | undefined
  readonly probability?: number | undefined
}

/** `mentions FILE…`: mentions without links: of a pipeline, of types that people name, or of those that a model of their own knows. */
export function addMentionsCommand(program: Command): void {
  const command = program
    .command('mentions')
    .description(
      'find mentions without linking them: by the detectors of a pipeline, of types that you name, with a GLiNER model, or of the types of a token-classification model',
    )
    .argument('<file...>')
    .option('--nested', 'also mentions that lie in another')
    .option('--multi-label', 'also several types of the same words')
    .addOption(new Option('--format <f>', 'what to write').choices(['text', 'jsonl']).default('text'))
  addTokenClassifierOptions(addDetectionOptions(command)).action(run)
}

/** Options of models that work alone: what a pipeline says of its own. */
const OF_MODELS = [
  'tokenClassifier',
  'typeGroups',
  'aggregation',
  'classifierThreshold',
  'nested',
  'multiLabel',
]
/** Options of both; all others are a pipeline's. */
const OF_BOTH = ['gliner', 'labels', 'labelThreshold', 'provider', 'format', 'log']

async function run(files: readonly string[], options: MentionsOptions, command: Command): Promise<void> {
  const token = interruptToken()
  const source = await openSource(options, command)
  try {
    for (const file of files)
      for await (const found of mentionsIn(file, source, token))
        writeOut(options.format === 'jsonl' ? `${JSON.stringify(found)}\n` : lineOf(found))
  } finally {
    await source.dispose()
  }
}

function openSource(options: MentionsOptions, command: Command): Promise<MentionSource> {
  const flagsOf = (isMeant: (name: string) => boolean): string =>
    flagsSaid(command, options.said.filter(isMeant)).join(', ')
  if (options.said.includes('pipeline')) {
    const wrong = flagsOf((name) => OF_MODELS.includes(name))
    if (wrong === '') return openPipelineMentions(options)
    throw new ConceptLensError(
      'usage',
      `--pipeline says itself who finds mentions, so ${wrong} cannot stand beside it. Name the model in the pipeline ("kind: token-classification"), or leave --pipeline out.`,
    )
  }
  const wrong = flagsOf((name) => !OF_MODELS.includes(name) && !OF_BOTH.includes(name))
  if (wrong !== '')
    throw new ConceptLensError(
      'usage',
      `${wrong} means something beside --pipeline alone: add --pipeline default.`,
    )
  return openMentionModels(options, {
    nested: options.nested === true,
    multiLabel: options.multiLabel === true,
  })
}

/** The options of these names as a person gave them: of `--model` and `--no-model` the one that was. */
function flagsSaid(command: Command, names: readonly string[]): readonly string[] {
  return command.options
    .filter((option) => {
      const name = option.attributeName()
      return names.includes(name) && option.negate === (command.getOptionValue(name) === false)
    })
    .map(({ long, flags }) => long ?? flags)
}

async function* mentionsIn(
  file: string,
  source: MentionSource,
  token: CancellationToken,
): AsyncGenerator<FoundMention> {
  const { documents } = await readInput(file)
  for (const { manuscript } of documents) {
    const spans = source.of(manuscript.passages, token)
    for (const [i, passage] of manuscript.passages.entries()) {
      if (token.isCancellationRequested) throw new CancelledError()
      for (const { start, end, type, probability } of await spans(i))
        yield {
          file: passage.file,
          ...toSource(passage, { start, end }),
          text: passage.text.slice(start, end),
          type,
          probability: probability === undefined ? undefined : Number(probability.toFixed(4)),
        }
    }
  }
}

const lineOf = ({ file, start, end, text, type = '-', probability }: FoundMention): string =>
  `${file}:${start}-${end}\t${type}\t${probability?.toFixed(2) ?? '-'}\t${text}\n`
