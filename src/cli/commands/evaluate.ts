import { basename } from 'node:path'
import { Option, type Command } from 'commander'
import { ConceptLensError } from '../../core/index.ts'
import {
  conventionOf,
  detectorReportText,
  EVALUATION_TASKS,
  evaluateCorpus,
  joinCorpora,
  measureDetectors,
  peakMiB,
  readCorpus,
  reportText,
  type Corpus,
  type EvaluationTask,
} from '../../evaluation/index.ts'
import { comparePipelines } from '../comparePipelines.ts'
import { readText } from '../inputs.ts'
import { DETECTORS_ALONE, openDetectors, type DetectorAlone } from '../openDetectors.ts'
import { addLinkerOptions, openLinker, type LinkerOptions } from '../openLinker.ts'
import { addTokenClassifierOptions, type TokenClassifierOptions } from '../openTokenClassifier.ts'
import { writeOut } from '../output.ts'
import { numberParser, settingOption } from '../settingOptions.ts'
import { interruptToken, stderrProgress } from '../terminal.ts'

interface EvaluateOptions extends LinkerOptions, TokenClassifierOptions {
  readonly alone?: readonly DetectorAlone[]
  readonly task: EvaluationTask
  readonly json?: true
  readonly types?: readonly string[]
  readonly seen?: readonly string[]
  readonly examples?: number
}

/** `evaluate CORPUS`: measures links against an annotated corpus. */
export function addEvaluateCommand(program: Command): void {
  const command = program
    .command('evaluate')
    .description(
      'measure links against a corpus in PubTator or BioC; with several --pipeline, these side by side',
    )
    .argument('<corpus...>', 'gzip allowed; several are measured together')
    .addOption(new Option('--task <t>', 'what to measure').choices(EVALUATION_TASKS).makeOptionMandatory())
    .option('--json', 'one JSON object')
    .option(
      '--types <group...>',
      'semantic groups to count in detection; by default those that the corpus annotates',
    )
    .addOption(
      new Option(
        '--alone <detector...>',
        'measure these detectors side by side, each alone and without linking, with their times (detection only)',
      ).choices(DETECTORS_ALONE),
    )
    .option(
      '--seen <corpus...>',
      'training corpora, for figures of forms, forms with their concept, and concepts seen and unseen in them',
    )
    .option(
      '--examples <n>',
      'tell so many wrong answers of each cause, the surest first (disambiguation only)',
      numberParser({ type: 'integer', minimum: 1, maximum: 10_000 }),
    )
    .addOption(
      settingOption('minimumProbability', { description: 'links below it do not count end to end (0 to 1)' }),
    )
  addTokenClassifierOptions(addLinkerOptions(command))
  const pipelines: string[] = []
  command.on('option:pipeline', (named: string) => pipelines.push(named))
  command.action(async (paths: string[], given: EvaluateOptions) => {
    if (pipelines.length > 1) return comparePipelines(pipelines, given.json === true)
    const corpus = joinCorpora(await Promise.all(paths.map(openCorpus)))
    const options = asAnnotated(corpus, given)
    await (options.alone ? evaluateAlone(corpus, options, options.alone) : evaluate(corpus, options))
  })
}

/**
 * Unless told otherwise, a corpus is measured by its own convention: one of diseases and chemicals marks other words
 * than one of all concepts, and annotators mark the general words that authors do not want to see.
 */
function asAnnotated(corpus: Corpus, options: EvaluateOptions): EvaluateOptions {
  return {
    ...options,
    ...(options.said.includes('convention') ? {} : { convention: conventionOf(corpus) }),
    ...(options.said.includes('generalWords') ? {} : { generalWords: 'show' }),
    said: [...options.said, 'convention', 'generalWords'],
  }
}

async function evaluate(corpus: Corpus, options: EvaluateOptions): Promise<void> {
  const seen = await Promise.all((options.seen ?? []).map(openCorpus))
  const parts = await openLinker(options)
  const progress = stderrProgress(`${corpus.name}: document`)
  try {
    const report = await evaluateCorpus({
      corpus,
      linker: parts.linker,
      knowledgeBase: parts.knowledgeBase,
      task: options.task,
      ...(options.types === undefined ? {} : { types: options.types }),
      seen,
      ...(options.examples === undefined ? {} : { nExamples: options.examples }),
      minProbability: parts.linker.pipeline.filters.minProbability,
      token: interruptToken(),
      progress,
    })
    progress.done()
    const measured = { ...report, peakMiB: peakMiB() }
    writeOut(options.json ? `${JSON.stringify(measured)}\n` : reportText(measured))
  } finally {
    await parts.dispose()
  }
}

async function evaluateAlone(
  corpus: Corpus,
  options: EvaluateOptions,
  names: readonly DetectorAlone[],
): Promise<void> {
  if (options.task !== 'detection')
    throw new ConceptLensError('usage', '--alone measures detectors: it goes with --task detection.')
  const { detectors, knowledgeBase, dispose } = await openDetectors(names, options, corpus)
  const progress = stderrProgress(`${corpus.name}: passage`)
  try {
    const report = await measureDetectors({
      corpus,
      knowledgeBase,
      detectors,
      ...(options.types === undefined ? {} : { types: options.types }),
      token: interruptToken(),
      progress,
    })
    progress.done()
    writeOut(options.json ? `${JSON.stringify(report)}\n` : detectorReportText(report))
  } finally {
    await dispose()
  }
}

/** Reads a corpus; what is wrong in it is counted on stderr, and a corpus without documents is an error. */
async function openCorpus(path: string): Promise<Corpus> {
  const corpus = readCorpus(await readText(path), basename(path))
  for (const { message } of corpus.problems.slice(0, 10)) process.stderr.write(`${path}: ${message}\n`)
  if (corpus.problems.length > 10)
    process.stderr.write(`${path}: … and ${corpus.problems.length - 10} more problems\n`)
  return corpus
}
