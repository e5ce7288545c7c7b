import { Option, type Command } from 'commander'
import { ConceptLensError } from '../../core/index.ts'
import {
  BIOC_PROFILES,
  LINKED_FORMATS,
  OFFSET_UNITS,
  type BiocProfile,
  type LinkedFormat,
  type OffsetUnit,
} from '../../formats/index.ts'
import { linkFiles } from '../linkFiles.ts'
import { probability, terminalTable, today } from '../output.ts'
import { addLinkerOptions, type LinkerOptions } from '../openLinker.ts'

interface LinkCommandOptions extends LinkerOptions {
  readonly format: LinkedFormat
  readonly out?: string
  readonly mentions: 'detect' | 'given'
  readonly minProbability: number
  readonly profile: BiocProfile
  readonly offsetUnit: OffsetUnit
}

/** `link FILE…`: links manuscripts (or annotated corpora) and writes the links in one format. */
export function addLinkCommand(program: Command, finish: (status: number) => void): void {
  const command = program
    .command('link')
    .description('link manuscripts (.md .tex .qmd .Rmd .txt), BioC or PubTator files')
    .argument('<file...>')
    .addOption(
      new Option('--format <f>', 'what to write').choices(Object.keys(LINKED_FORMATS)).default('text'),
    )
    .option('--out <path>', 'a file, or a folder for several inputs; stdout by default')
    .addOption(
      new Option('--mentions <m>', 'find mentions, or take those that the input marks')
        .choices(['detect', 'given'])
        .default('detect'),
    )
    .option('--min-probability <p>', 'leave out links below it, 0 to 1', probability, 0.5)
    .addOption(new Option('--profile <p>', 'names of BioC infons').choices(BIOC_PROFILES).default('generic'))
    .addOption(
      new Option('--offset-unit <u>', 'what BioC offsets count').choices(OFFSET_UNITS).default('code-point'),
    )
    .addOption(
      new Option('--packing <mode>', 'how candidates are packed')
        .choices(['two-stream'])
        .default('two-stream'),
    )
  addLinkerOptions(command).action(async (files: string[], options: LinkCommandOptions) => {
    if (
      files.length > 1 &&
      options.out === undefined &&
      options.format !== 'text' &&
      options.format !== 'jsonl'
    ) {
      throw new ConceptLensError('usage', `Several files as ${options.format} need --out FOLDER.`)
    }
    const { status } = await linkFiles({
      files,
      linker: options,
      outputs: [{ format: options.format, ...(options.out === undefined ? {} : { out: options.out }) }],
      minProbability: options.minProbability,
      mentionsGiven: options.mentions === 'given',
      writing: {
        ...terminalTable(),
        profile: options.profile,
        offsetUnit: options.offsetUnit,
        date: today(),
      },
    })
    finish(status)
  })
}
