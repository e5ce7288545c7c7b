import { Option, InvalidArgumentError, type Command } from 'commander'
import {
  ConceptLensError,
  type PassageTrace,
  type Span,
  type StageRecord,
  type TracedRanking,
  type TracedRequest,
} from '../../core/index.ts'
import { readInput, readText } from '../inputs.ts'
import { addLinkerOptions, openLinker, type LinkerOptions } from '../openLinker.ts'
import { writeOut } from '../output.ts'

interface ExplainOptions extends LinkerOptions {
  readonly offset?: number
  readonly line?: number
  readonly json?: true
}

/** `explain FILE`: the way of one passage through the pipeline, stage by stage. */
export function addExplainCommand(program: Command): void {
  const command = program
    .command('explain')
    .description(
      'show the way of one passage through the pipeline: what went into each stage, what came out, how long it took',
    )
    .argument('<file>')
    .addOption(
      new Option('--offset <n>', 'a place in the passage, in UTF-16 units of the file').argParser(
        wholeNumber,
      ),
    )
    .addOption(
      new Option('--line <n>', 'a line that the passage stands in, counted from 1')
        .argParser(wholeNumber)
        .conflicts('offset'),
    )
    .option('--json', 'everything, as one JSON object')
  addLinkerOptions(command).action(explain)
}

function wholeNumber(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isInteger(value) && value >= 0) return value
  throw new InvalidArgumentError(`Found ${text}; allowed is a whole number from 0.`)
}

async function explain(file: string, options: ExplainOptions): Promise<void> {
  const place = await placeOf(file, options)
  const { documents } = await readInput(file)
  const found = documents.flatMap(({ manuscript }) => {
    const passage = manuscript.passages.find(
      ({ source, file: own }) => own === file && source.start <= place.end && source.end >= place.start,
    )
    return passage ? [{ manuscript, offset: Math.max(place.start, passage.source.start) }] : []
  })[0]
  if (!found)
    throw new ConceptLensError(
      'usage',
      `${file} has no prose at this place. Give --offset or --line of a paragraph; markup, math and code are not linked.`,
    )
  const parts = await openLinker(options)
  try {
    const trace = await parts.linker.trace(found.manuscript, file, found.offset)
    if (trace) writeOut(options.json ? `${JSON.stringify(trace)}\n` : textOf(trace))
  } finally {
    await parts.dispose()
  }
}

/** What of the file is asked about. */
async function placeOf(file: string, { offset, line }: ExplainOptions): Promise<Span> {
  if (offset !== undefined) return { start: offset, end: offset }
  if (line === undefined) throw new ConceptLensError('usage', 'Which passage? Give --line N or --offset N.')
  const lines = (await readText(file)).split('\n')
  const start = lines.slice(0, Math.max(0, line - 1)).reduce((sum, one) => sum + one.length + 1, 0)
  return { start, end: start + (lines[line - 1]?.length ?? 0) }
}

/** A line for each call of a stage, in the order in which they began. */
function textOf({ text, stages, ms }: PassageTrace): string {
  const rows = stages
    .toSorted((a, b) => a.startMs - b.startMs)
    .map(
      (one) =>
        `${one.startMs.toFixed(1).padStart(8)} ${one.ms.toFixed(1).padStart(8)}  ${one.name.padEnd(16)} ${wordsOf(one)}`,
    )
  const head = `${'from ms'.padStart(8)} ${'ms'.padStart(8)}  ${'stage'.padEnd(16)} what came out`
  return [text, '', head, ...rows, `${''.padStart(8)} ${ms.toFixed(1).padStart(8)}  in all`, ''].join('\n')
}

const MOST = 8

function wordsOf(record: StageRecord): string {
  const { kind, output } = record
  if (output === null) return 'could not say'
  switch (kind) {
    case 'read':
      return `${output.nTokens} word pieces`
    case 'detect':
      return list(output.map((one) => one.text))
    case 'judge':
      return list(output.filter((one) => one.rejection === undefined).map((one) => one.text))
    case 'find':
      return `${record.input.text}: ${list(output.map((one) => `${one.name} (${one.id})`))}`
    case 'rank':
      return list(output.flatMap((one) => (one ? answerOf(one) : [])))
    case 'ask':
      return list(output.flatMap((one, i) => (one ? `${answerOf(one)}${namesOf(record.input[i])}` : [])))
    case 'document':
      return list(output.map((one) => `${one.text} = ${one.id ?? 'none'} ${one.probability.toFixed(2)}`))
  }
}

const answerOf = ({ text, candidates }: TracedRanking): string => `${text} = ${candidates[0]?.id ?? 'none'}`

/** The other names that a language model wrote for a mention. */
const namesOf = (request: TracedRequest | undefined): string =>
  request?.written ? ` (names written: ${request.written.names.join('; ') || 'none'})` : ''

const list = (words: readonly string[]): string =>
  words.length === 0
    ? 'nothing'
    : `${words.slice(0, MOST).join(', ')}${words.length > MOST ? `, and ${words.length - MOST} more` : ''}`
