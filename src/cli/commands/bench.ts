import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { Argument, Option, type Command } from 'commander'
import {
  bench,
  BENCH_NAMES,
  benchText,
  type BenchFile,
  type BenchName,
  type BenchParts,
  type OrderParts,
  type PackingParts,
} from '../../evaluation/index.ts'
import {
  importKnowledgeBase,
  knowledgeBaseStatistics,
  openKnowledgeBase,
  type NameVectors,
} from '../../knowledge/index.ts'
import { readBeside, readInput } from '../inputs.ts'
import { nameVectors } from '../nameVectors.ts'
import { startGliner } from '../openGliner.ts'
import { openGenerative } from '../openGenerative.ts'
import { addLinkerOptions, openLinker, type LinkerOptions } from '../openLinker.ts'
import { writeOut } from '../output.ts'
import { resources, sampleManuscripts } from '../resources.ts'
import { numberParser } from '../settingOptions.ts'
import { stderrLogger } from '../terminal.ts'

interface BenchOptions extends LinkerOptions {
  readonly json?: true
  readonly manuscripts?: readonly string[]
  readonly edit?: string
  readonly queries?: string
  readonly checked?: number
  readonly import?: readonly string[]
  readonly twoStreamModel?: readonly string[]
  readonly denseModel?: readonly string[]
  readonly threads?: readonly string[]
  readonly glinerUni?: string
  readonly mentions?: number
}

const THREADS = Array.from({ length: 64 }, (_, i) => String(i + 1))

/** `bench [NAME…]`: speed and memory on this machine. */
export function addBenchCommand(program: Command): void {
  const command = program
    .command('bench')
    .description('measure speed and memory on this machine')
    .addArgument(
      new Argument('[name...]', 'which benchmarks; all but "stress" by default').choices(BENCH_NAMES),
    )
    .option('--json', 'one JSON object')
    .option('--manuscripts <file...>', 'manuscripts to link for "manuscript"; the samples by default')
    .option(
      '--edit <file>',
      'a long manuscript to type into for "edit", and to repeat for "stress"; the first sample by default',
    )
    .option('--queries <file>', 'an annotated corpus whose mentions are looked up for "kb"')
    .option(
      '--checked <n>',
      'how many of them "kb" compares with brute force; 2,000 by default',
      numberParser({ type: 'integer', minimum: 1, maximum: 100_000 }),
    )
    .option('--import <source...>', 'sources to import again for "kb"')
    .option(
      '--dense-model <dir...>',
      'exported dense cross-encoders for "packing", "cascade" (the first of them) and "order"; without one the published packings are left out',
    )
    .option('--two-stream-model <dir...>', 'two-stream models for "packing" besides the one that links')
    .addOption(
      new Option('--threads <n...>', 'threads of each model\'s process for "packing"; 1 by default').choices(
        THREADS,
      ),
    )
    .option('--gliner-uni <dir>', 'a GLiNER uni-encoder that "gliner" compares with that of --gliner')
    .option(
      '--mentions <n>',
      'how many mentions "order" asks about; 100 by default',
      numberParser({ type: 'integer', minimum: 1, maximum: 100_000 }),
    )
  addLinkerOptions(command).action((names: BenchName[], options: BenchOptions) => run(names, options))
}

async function run(names: readonly BenchName[], options: BenchOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'conceptlens-bench-'))
  try {
    const report = await bench(await partsOf(names, options, folder), names.length > 0 ? names : undefined)
    writeOut(options.json ? `${JSON.stringify(report)}\n` : benchText(report))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function partsOf(
  names: readonly BenchName[],
  options: BenchOptions,
  folder: string,
): Promise<BenchParts> {
  // Not every installation has the samples: they are looked for only where they are needed.
  const areSamplesUsed =
    options.queries === undefined || names.length === 0 || names.some((name) => name !== 'kb')
  const manuscripts = (options.manuscripts ?? (areSamplesUsed ? sampleManuscripts() : [])).map(benchFile)
  const vectors = nameVectors(options.vectors)
  const edited = options.edit === undefined ? manuscripts[0] : benchFile(options.edit)
  return {
    // What is measured is the linker's own model; a language model is asked by "order" itself.
    openLinker: (use) =>
      openLinker({ ...options, generative: 'off', said: [...options.said, 'generative'] }, use),
    manuscripts,
    ...(edited === undefined ? {} : { edited }),
    // It takes minutes, and so runs only when it is named.
    ...(edited && names.includes('stress') ? { stressed: { ...edited, nWords: STRESS_WORDS } } : {}),
    server: { program: process.execPath, args: [resources.serverScript, '--stdio'] },
    knowledgeBase: {
      open: () => openKnowledgeBase(options.kb, { vectors }),
      queries: await queriesOf(options.queries, manuscripts),
      ...(options.checked === undefined ? {} : { nChecked: options.checked }),
      diskBytes: knowledgeBaseStatistics(options.kb).diskBytes,
      ...(options.import === undefined
        ? {}
        : { importAgain: importInto(options.import, join(folder, 'kb'), vectors) }),
    },
    ...(options.model === false && options.twoStreamModel === undefined
      ? {}
      : { packing: packingParts(options) }),
    ...(options.model === false
      ? {}
      : {
          cascade: {
            engineScript: resources.engineScript,
            modelDir: options.model,
            denseModel: options.denseModel?.[0],
            logger: stderrLogger(options.log),
          },
        }),
    order: orderParts(options),
    ...(options.gliner === '' ? {} : { namedTypes: namedTypeParts(options, folder) }),
    progress: (name) => process.stderr.write(`${name} …\n`),
  }
}

const STRESS_WORDS = 100_000

function packingParts({
  model,
  twoStreamModel = [],
  denseModel = [],
  threads,
  log,
}: BenchOptions): PackingParts {
  return {
    engineScript: resources.engineScript,
    twoStreamModels: [...(model === false ? [] : [model]), ...twoStreamModel],
    denseModels: denseModel,
    ...(threads === undefined ? {} : { threads: threads.map(Number) }),
    logger: stderrLogger(log),
  }
}

function orderParts(options: BenchOptions): OrderParts {
  const { denseModel = [], mentions, log } = options
  const logger = stderrLogger(log)
  return {
    engineScript: resources.engineScript,
    denseModels: denseModel,
    openLanguageModel: () => openGenerative(options, logger),
    ...(mentions === undefined ? {} : { nMentions: mentions }),
    logger,
  }
}

/** Names of concepts serve as types. */
function namedTypeParts(
  { gliner, glinerUni, provider, log, kb }: BenchOptions,
  folder: string,
): NonNullable<BenchParts['namedTypes']> {
  const logger = stderrLogger(log)
  let nOpened = 0
  const open = (modelDir: string) =>
    startGliner({ modelDir, provider, logger, cacheFolder: join(folder, `labels-${nOpened++}`) })
  return {
    openBi: () => open(gliner),
    ...(glinerUni === undefined ? {} : { openUni: () => open(glinerUni) }),
    labels: someNames(kb),
  }
}

/** Of so many, those serve as types that look like one: a word or two, not long. */
const NAMES_READ = 16_384
const TYPE_LIKE = /^(?=.{1,20}$)[a-z]+( [a-z]+)?$/i

function someNames(folder: string): string[] {
  const knowledgeBase = openKnowledgeBase(folder)
  try {
    const { nConcepts } = knowledgeBase.info
    const step = Math.max(1, Math.floor(nConcepts / NAMES_READ))
    const names = Array.from(
      { length: Math.min(nConcepts, NAMES_READ) },
      (_, i) => knowledgeBase.summary(i * step).name,
    )
    return [...new Set(names)].filter((name) => TYPE_LIKE.test(name))
  } finally {
    knowledgeBase.close()
  }
}

function benchFile(file: string): BenchFile {
  return { file, text: readBeside(file) ?? '' }
}

/** The mentions of an annotated corpus, else runs of words of the manuscripts. */
async function queriesOf(corpus: string | undefined, manuscripts: readonly BenchFile[]): Promise<string[]> {
  if (corpus === undefined) {
    return manuscripts.flatMap(({ text }) => text.match(/\p{L}+(?: \p{L}+)?/gu) ?? [])
  }
  const { documents } = await readInput(corpus)
  return documents.flatMap(({ marked }) => (marked ?? []).flat().map(({ text }) => text))
}

function importInto(
  sources: readonly string[],
  out: string,
  vectors: NameVectors | undefined,
): () => Promise<void> {
  return async () => {
    await importKnowledgeBase({
      sources,
      out,
      name: basename(out),
      vectors,
    })
  }
}
