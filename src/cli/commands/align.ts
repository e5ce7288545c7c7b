import { Option, type Command } from 'commander'
import { termsOf, type AboutAlignment, type Table, type TermsOfTable } from '../../alignment/index.ts'
import { ConceptLensError } from '../../core/index.ts'
import type { AlignmentSummary, Settings } from '../../protocol/index.ts'
import {
  addAlignerOptions,
  openAligner,
  type AlignerOptions,
  type OpenAligner,
} from '../alignment/openAligner.ts'
import { measureAlignment } from '../alignment/measure.ts'
import { overviewOf } from '../alignment/review.ts'
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
  readonly column?: string
  readonly listColumns?: true
  readonly context?: string
  readonly out?: string
  readonly keep?: string
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
    .option('--column <title>', 'the column that holds the terms')
    .option('--context <title>', 'a column that helps to tell what the terms mean')
    .option('--out <file>', 'the file to write; stdout by default. Work that broke off goes on beside it')
    .addOption(
      new Option('--format <f>', 'what to write; by default what the name of --out means, else csv').choices(
        Object.keys(ALIGNMENT_FORMATS),
      ),
    )
    .option(
      '--keep <file>',
      'keep what is found about the terms, and take it from there when the same terms are written anew',
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
    .option('--list-columns', 'write nothing, but say which columns there are, as JSON')
  addAlignerOptions(command).action((table: string, options: AlignOptions) => align(table, options))
}

async function align(file: string, options: AlignOptions): Promise<void> {
  checkThresholds(options)
  const table = await readTable(file)
  if (options.listColumns) return listColumns(table)
  const format = formatOf(options)
  const columns = { term: options.column ?? missingColumn(table), context: options.context }
  const terms = termsOf(table, columns)
  const { gold } = options
  if (gold === undefined) checkWritable(table, format)
  const aligner = await openAligner(options)
  try {
    if (gold === undefined) await write({ file, table, terms, format }, options, aligner)
    else
      await measureAlignment(aligner, table, {
        ...measureOptions(options),
        name: tableName(file),
        columns,
        gold,
      })
  } finally {
    await aligner.dispose()
  }
}

function checkThresholds({ acceptFrom, reviewFrom }: AlignOptions): void {
  if (reviewFrom <= acceptFrom) return
  throw new ConceptLensError(
    'usage',
    `--review-from is ${reviewFrom}, more than --accept-from, which is ${acceptFrom}. It must be at most that.`,
  )
}

function listColumns(table: Table): void {
  const result = overviewOf(table)
  writeOut(`${JSON.stringify(result)}\n`)
  tellParent({ kind: 'done', result })
}

function missingColumn({ titles }: Table): never {
  const columns = titles.map((title) => `"${title}"`).join(', ')
  throw new ConceptLensError('usage', `Say with --column which column holds the terms: ${columns}.`)
}

function measureOptions({ acceptFrom, reviewFrom, json, details }: AlignOptions) {
  return { acceptFrom, reviewFrom, json: json === true, details }
}

interface Work {
  readonly file: string
  readonly table: Table
  readonly terms: TermsOfTable
  readonly format: AlignmentFormat
}

async function write(
  { file, table, terms, format }: Work,
  options: AlignOptions,
  aligner: OpenAligner,
): Promise<void> {
  const { out, keep } = options
  const persons = await personsDecisions(file, options.decisions, aligner.logger)
  const progress = stderrProgress('aligned')
  const token = interruptToken()
  const run = await alignTable(aligner, { terms, out, keep, token, progress })
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
  const before = nBefore === 0 ? '' : `; ${nBefore} of them by an earlier run`
  process.stderr.write(
    `${decided.length} terms${before}: ${counts.accepted} accepted, ${counts.review} to review, ${counts.none} without a concept\n`,
  )
}

function aboutOf(
  file: string,
  { language, licence }: AlignOptions,
  { knowledgeBase }: OpenAligner,
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
