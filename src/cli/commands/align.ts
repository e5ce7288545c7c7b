import { Option, type Command } from 'commander'
import { termsOf, type AboutAlignment } from '../../alignment/index.ts'
import { ConceptLensError } from '../../core/index.ts'
import type { AlignmentSummary, Settings } from '../../protocol/index.ts'
import { addAlignerOptions, openAligner, type AlignerOptions } from '../alignment/openAligner.ts'
import { measureAlignment } from '../alignment/measure.ts'
import { alignTable, countDecisions, decideAll, personsDecisions } from '../alignment/run.ts'
import {
  ALIGNMENT_FORMATS,
  checkWritable,
  formatOfName,
  readTable,
  tableName,
  writeAligned,
  type AlignmentFormat,
} from '../alignment/tableFiles.ts'
import { tellParent } from '../parentProcess.ts'
import { today, writeOut } from '../output.ts'
import { settingOption } from '../settingOptions.ts'
import { interruptToken, stderrProgress } from '../terminal.ts'
import { writeTogether } from '../writeTogether.ts'
import { version } from '../../../package.json'

interface AlignOptions extends AlignerOptions {
  readonly column: string
  readonly context?: string
  readonly out?: string
  readonly format?: AlignmentFormat
  readonly acceptFrom: Settings['alignment.acceptFrom']
  readonly reviewFrom: Settings['alignment.reviewFrom']
  readonly decisions?: string
  readonly licence?: string
  readonly gold?: string
  readonly details?: string
  readonly json?: true
}

/** `align TABLE`: finds the concepts of a table's terms, and writes them beside the terms. */
export function addAlignCommand(program: Command): void {
  const command = program
    .command('align')
    .description('find the concepts of a column of terms (.csv .tsv .xlsx)')
    .argument('<table>')
    .requiredOption('--column <title>', 'the column that holds the terms')
    .option('--context <title>', 'a column that helps to tell what the terms mean')
    .option('--out <file>', 'the file to write; stdout by default. Work that broke off goes on beside it')
    .addOption(
      new Option('--format <f>', 'what to write; by default what the name of --out means, else csv').choices(
        Object.keys(ALIGNMENT_FORMATS),
      ),
    )
    .addOption(settingOption('alignment.acceptFrom'))
    .addOption(settingOption('alignment.reviewFrom'))
    .option(
      '--decisions <file>',
      'decisions of people: .conceptlens/alignment.jsonl beside the table by default; SSSOM mappings (.tsv) will do',
    )
    .option('--licence <url>', 'licence of the mappings, for SSSOM and FHIR')
    .option(
      '--gold <title>',
      'write nothing, but measure against the ids of this column ("|" between several)',
    )
    .option('--details <file>', 'with --gold: the evidence of every term as JSON lines')
    .option('--json', 'with --gold: one JSON object')
  addAlignerOptions(command).action((table: string, options: AlignOptions) => align(table, options))
}

async function align(file: string, options: AlignOptions): Promise<void> {
  if (options.reviewFrom > options.acceptFrom)
    throw new ConceptLensError(
      'usage',
      `--review-from is ${options.reviewFrom}, more than --accept-from, which is ${options.acceptFrom}. It must be at most that.`,
    )
  const format = formatOf(options)
  const table = await readTable(file)
  const columns = { term: options.column, context: options.context }
  const terms = termsOf(table, columns)
  if (options.gold === undefined) checkWritable(table, [format])
  const aligner = await openAligner(options)
  try {
    if (options.gold === undefined) await write({ file, table, terms, format }, options, aligner)
    else
      await measureAlignment(aligner, table, {
        ...options,
        name: tableName(file),
        columns,
        gold: options.gold,
        json: options.json === true,
        details: options.details,
      })
  } finally {
    await aligner.dispose()
  }
}

interface Work {
  readonly file: string
  readonly table: Awaited<ReturnType<typeof readTable>>
  readonly terms: ReturnType<typeof termsOf>
  readonly format: AlignmentFormat
}

async function write(
  { file, table, terms, format }: Work,
  options: AlignOptions,
  aligner: Awaited<ReturnType<typeof openAligner>>,
): Promise<void> {
  const { out } = options
  const persons = await personsDecisions(file, options.decisions, aligner.logger)
  const progress = stderrProgress('aligned')
  const token = interruptToken()
  const run = await alignTable(aligner, { terms, out, token, progress })
  const { alignments, nBefore } = run
  progress.done()
  const decided = decideAll(alignments, options, persons)
  const about = aboutOf(file, options, aligner)
  const written = await writeAligned({ table, terms, decided, about }, format)
  if (out !== undefined) await writeTogether([{ path: out, text: written }])
  else writeOut(String(written))
  await run.finish()
  const counts = countDecisions(decided)
  const result: AlignmentSummary = { nTerms: decided.length, nBefore, ...counts }
  tellParent({ kind: 'done', result })
  const before = nBefore === 0 ? '' : `; ${nBefore} of them by an earlier run that broke off`
  process.stderr.write(
    `${decided.length} terms${before}: ${counts.accepted} accepted, ${counts.review} to review, ${counts.none} without a concept\n`,
  )
}

function aboutOf(
  file: string,
  { language, licence }: AlignOptions,
  { knowledgeBase }: Awaited<ReturnType<typeof openAligner>>,
): AboutAlignment {
  const { name, version: release } = knowledgeBase.info
  return {
    table: tableName(file),
    knowledgeBase: { name, version: release },
    toolVersion: version,
    date: today(),
    language,
    licence,
  }
}

function formatOf({ format, out }: AlignOptions): AlignmentFormat {
  const found = format ?? (out === undefined ? 'csv' : formatOfName(out))
  if (found === undefined)
    throw new ConceptLensError(
      'usage',
      `The name of ${String(out)} means no format. Allowed are ${Object.values(ALIGNMENT_FORMATS).flat().join(', ')}; or say --format.`,
    )
  if (found === 'xlsx' && out === undefined)
    throw new ConceptLensError('usage', 'A workbook cannot be written to stdout. Name a file with --out.')
  return found
}
