import { relative } from 'node:path'
import type { Command } from 'commander'
import { linkFiles } from '../linkFiles.ts'
import { addLinkerOptions, type LinkerOptions } from '../openLinker.ts'
import { terminalTable, today, writeOut } from '../output.ts'
import { sampleManuscripts } from '../resources.ts'

const outFolder = 'out'

/** `start [FILE…]`: what `npm start` runs. Links the samples (or the files given), shows a table, writes BioC XML and HTML. */
export function addStartCommand(program: Command, finish: (status: number) => void): void {
  const command = program
    .command('start')
    .description('link the sample manuscripts (or yours), show a table, write BioC XML and HTML into out/')
    .argument('[file...]')
  addLinkerOptions(command).action(async (files: string[], options: LinkerOptions) => {
    const { status, written } = await linkFiles({
      files: files.length > 0 ? files : sampleManuscripts().map((path) => relative('.', path)),
      linker: options,
      outputs: [
        { format: 'text' },
        { format: 'bioc-xml', out: outFolder },
        { format: 'html', out: outFolder },
      ],
      mentionsGiven: false,
      writing: { ...terminalTable(), date: today() },
    })
    writeOut(`\n${written.map((path) => `wrote ${relative('.', path)}\n`).join('')}${nextSteps()}`)
    finish(status)
  })
}

function nextSteps(): string {
  return `
See the links in VS Code:
  npm run package                                  makes conceptlens-${process.platform}-${process.arch}.vsix
  code --install-extension conceptlens-${process.platform}-${process.arch}.vsix
  code media/sample/manuscript.md                  hints appear behind the concepts; hover for more
Your own manuscripts:  npm start -- FILE…          Everything else:  npm run conceptlens -- --help
`
}
