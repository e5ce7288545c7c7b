import { Option, type Command } from 'commander'
import { ConceptLensError } from '../../core/index.ts'
import { LINKED_FORMATS, type LinkedFormat } from '../../formats/index.ts'
import type { Settings } from '../../protocol/index.ts'
import { linkFiles } from '../linkFiles.ts'
import { addLinkerOptions, type LinkerOptions } from '../openLinker.ts'
import { terminalTable, today } from '../output.ts'
import { settingOption } from '../settingOptions.ts'

interface LinkCommandOptions extends LinkerOptions {
  readonly format: LinkedFormat
  readonly out?: string
  readonly mentions: 'detect' | 'given'
  readonly profile: Settings['bioc.profile']
  readonly offsetUnit: Settings['bioc.offsetUnit']
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
    .addOption(settingOption('minimumProbability', { description: 'links below it are left out (0 to 1)' }))
    .addOption(settingOption('bioc.profile'))
    .addOption(settingOption('bioc.offsetUnit'))
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
