import { Option, type Command } from 'commander'
import { CancelledError, ConceptLensError, type CancellationToken } from '../../core/index.ts'
import { toSource } from '../../document/index.ts'
import type { Gliner, LabelAsked } from '../../inference/index.ts'
import { selectSpans, type Decoding } from '../../linking/index.ts'
import { readInput } from '../inputs.ts'
import { namedTypesOf, openNamedTypes, type NamedTypeOptions } from '../openGliner.ts'
import { writeOut } from '../output.ts'
import { settingOption } from '../settingOptions.ts'
import { interruptToken, logLevels, stderrLogger, type LogLevel } from '../terminal.ts'

interface MentionsOptions extends NamedTypeOptions {
  readonly format: 'text' | 'jsonl'
  readonly nested?: true
  readonly multiLabel?: true
  readonly log: LogLevel
}

/** A mention of a named type as a line of JSON; offsets are UTF-16 units of the file. */
interface FoundMention {
  readonly file: string
  readonly start: number
  readonly end: number
  readonly text: string
  readonly type: string
  readonly probability: number
}

/** `mentions FILE…`: mentions of types that people name, without linking them. */
export function addMentionsCommand(program: Command): void {
  program
    .command('mentions')
    .description('find mentions of types that you name, with a GLiNER model, without linking them')
    .argument('<file...>')
    .addOption(settingOption('mentions.namedTypeModel').makeOptionMandatory())
    .addOption(settingOption('mentions.namedTypes'))
    .addOption(settingOption('mentions.namedTypeThreshold'))
    .option('--nested', 'also mentions that lie in another')
    .option('--multi-label', 'also several types of the same words')
    .addOption(new Option('--format <f>', 'what to write').choices(['text', 'jsonl']).default('text'))
    .addOption(settingOption('engine.provider'))
    .addOption(new Option('--log <level>', 'messages on stderr').choices(logLevels).default('warn'))
    .action(run)
}

async function run(files: readonly string[], options: MentionsOptions): Promise<void> {
  const token = interruptToken()
  const labels = namedTypesOf(options)
  if (labels.length === 0)
    throw new ConceptLensError('usage', 'Name at least one type: --labels "assay, cell line".')
  const gliner = await openNamedTypes(options.gliner, options.provider, stderrLogger(options.log))
  const decoding = { nested: options.nested === true, multiLabel: options.multiLabel === true }
  try {
    for (const file of files)
      for await (const found of mentionsIn(file, { gliner, labels, decoding, token }))
        writeOut(options.format === 'jsonl' ? `${JSON.stringify(found)}\n` : lineOf(found))
  } finally {
    await gliner.dispose()
  }
}

interface Asking {
  readonly gliner: Gliner
  readonly labels: readonly LabelAsked[]
  readonly decoding: Decoding
  readonly token: CancellationToken
}

async function* mentionsIn(
  file: string,
  { gliner, labels, decoding, token }: Asking,
): AsyncGenerator<FoundMention> {
  const { documents } = await readInput(file)
  for (const passage of documents.flatMap(({ manuscript }) => manuscript.passages)) {
    if (token.isCancellationRequested) throw new CancelledError()
    const spans = selectSpans(await gliner.spans(passage.text, labels, token), decoding)
    for (const { start, end, label: type, probability } of spans) {
      const source = toSource(passage, { start, end })
      const text = passage.text.slice(start, end)
      const rounded = Number(probability.toFixed(4))
      yield { file: passage.file, start: source.start, end: source.end, text, type, probability: rounded }
    }
  }
}

const lineOf = ({ file, start, end, text, type, probability }: FoundMention): string =>
  `${file}:${start}-${end}\t${type}\t${probability.toFixed(2)}\t${text}\n`
