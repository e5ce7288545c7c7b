import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { Option, type Command } from 'commander'
import { readCorpus } from '../../evaluation/index.ts'
import { readText } from '../inputs.ts'
import { openKnowledge } from '../openKnowledge.ts'
import { developmentDocuments } from '../optimize/developmentSet.ts'
import { runPython } from '../optimize/python.ts'
import { resources } from '../resources.ts'
import { numberParser, settingOption } from '../settingOptions.ts'

interface OptimizeOptions {
  readonly corpus: readonly string[]
  readonly out: string
  readonly kb: string
  readonly task?: string
  readonly maxAccuracyLoss?: string
  readonly minLatencyGain?: string
  readonly maxSize?: number
  readonly maxMemory?: number
  readonly exact?: true
  readonly goal: string
  readonly trials: number
  readonly minutes: number
  readonly seed: number
  readonly every: number
  readonly threads: readonly string[]
  readonly batches?: readonly string[]
  readonly methods?: readonly string[]
  readonly python: string
  readonly recipe: string
}

const count = (maximum: number) => numberParser({ type: 'integer', minimum: 1, maximum })

/** `optimize MODEL_DIR`: searches for the quantisation that keeps the user's constraints, in Python. */
export function addOptimizeCommand(program: Command, finish: (status: number) => void): void {
  program
    .command('optimize')
    .description(
      'search for the quantisation of a model that keeps your constraints, measured on this machine',
    )
    .argument('<model_dir>', 'a model of the linker, or a Hugging Face folder with an ONNX encoder in fp32')
    .requiredOption('--corpus <file...>', 'development documents in PubTator or BioC to measure accuracy on')
    .requiredOption(
      '--out <dir>',
      'where the best model is written; what was tried is kept in DIR.search, to go on with',
    )
    .addOption(
      new Option('--task <t>', 'what the model does; told from its files by default').choices([
        'linker',
        'tagger',
        'names',
        'cross-encoder',
      ]),
    )
    .option(
      '--max-accuracy-loss <points>',
      'most that the worst metric may lose, in points, for example 0.5%',
    )
    .option('--min-latency-gain <share>', 'least part of the time to be saved, for example 20%')
    .option(
      '--max-size <mib>',
      'largest graph file, MiB',
      numberParser({ type: 'number', minimum: 0.01, maximum: 1e6 }),
    )
    .option(
      '--max-memory <mib>',
      'most memory, MiB',
      numberParser({ type: 'number', minimum: 0.01, maximum: 1e6 }),
    )
    .option('--exact', 'only models whose scores are the same alone and in company')
    .addOption(
      new Option('--goal <g>', 'what to make smallest among those that keep the constraints')
        .choices(['latency', 'size', 'memory'])
        .default('latency'),
    )
    .option('--trials <n>', 'configurations to measure', count(10_000), 40)
    .option(
      '--minutes <n>',
      'time to search',
      numberParser({ type: 'number', minimum: 0.01, maximum: 1e5 }),
      30,
    )
    .option('--seed <n>', 'seed of the search', count(2 ** 31 - 1), 1)
    .option('--every <n>', 'measure on every n-th document only', count(100_000), 1)
    .option('--threads <n...>', 'threads to choose from; the fp32 base runs with the first', ['1'])
    .option(
      '--batches <n...>',
      'candidates, texts or names in one run, to choose from; the base runs with the first',
    )
    .option('--methods <m...>', 'ways to quantise to choose from; all by default')
    .option('--python <file>', 'the Python that has the packages of the search', defaultPython)
    .option('--recipe <dir>', 'the folder of the recipe', resources.recipe)
    .addOption(settingOption('knowledgeBase.path', { default: resources.starterKnowledgeBase }))
    .action(async (modelDir: string, options: OptimizeOptions) => finish(await optimize(modelDir, options)))
}

const defaultPython = process.platform === 'win32' ? 'python' : 'python3'
const MODULE = 'conceptlens_recipe.optimize'

async function optimize(modelDir: string, options: OptimizeOptions): Promise<number> {
  const { python, recipe } = options
  const run = (args: readonly string[]) => runPython({ python, recipe, module: MODULE, args })
  // Reading a corpus takes a while; a missing package is known at once.
  await run(['--check'])
  const work = `${resolve(options.out)}.search`
  await mkdir(work, { recursive: true })
  const development = join(work, 'development.json')
  await writeFile(development, JSON.stringify(await documents(options)))
  return run([
    resolve(modelDir),
    '--parent-on-stdin',
    '--development',
    development,
    ...argumentsOf(options, work),
  ])
}

async function documents({ corpus, kb }: OptimizeOptions): Promise<readonly unknown[]> {
  const { knowledgeBase, close } = await openKnowledge({
    kb,
    extraKb: [],
    onlyTypes: [],
    onlySources: [],
    vectors: false,
  })
  try {
    const read = await Promise.all(
      corpus.map(async (path) => readCorpus(await readText(path), basename(path))),
    )
    return read.flatMap((one) => developmentDocuments(one, knowledgeBase))
  } finally {
    close()
  }
}

function argumentsOf(options: OptimizeOptions, work: string): string[] {
  const cli = process.argv[1] ?? ''
  const given: readonly (readonly [string, readonly (string | number)[] | string | number | undefined])[] = [
    ['--out', resolve(options.out)],
    ['--work', work],
    ['--kb', resolve(options.kb)],
    ['--command', [process.execPath, cli]],
    ['--task', options.task],
    ['--max-accuracy-loss', options.maxAccuracyLoss],
    ['--min-latency-gain', options.minLatencyGain],
    ['--max-size', options.maxSize],
    ['--max-memory', options.maxMemory],
    ['--goal', options.goal],
    ['--trials', options.trials],
    ['--minutes', options.minutes],
    ['--seed', options.seed],
    ['--every', options.every],
    ['--threads', options.threads],
    ['--batches', options.batches],
    ['--methods', options.methods],
  ]
  const args = given.flatMap(([name, value]) =>
    value === undefined ? [] : [name, ...(Array.isArray(value) ? value : [value]).map(String)],
  )
  return options.exact ? [...args, '--exact'] : args
}
