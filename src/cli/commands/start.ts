import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Command } from 'commander'
import { linkFiles } from '../linkFiles.ts'
import { defaultLinkerOptions } from '../openLinker.ts'
import { writeOut } from '../output.ts'
import { resources } from '../resources.ts'

const outFolder = 'out'

/** `start [FILE…]`: what `npm start` runs. Links the samples (or the files given), shows a table, writes BioC XML and HTML. */
export function addStartCommand(program: Command, finish: (status: number) => void): void {
  program
    .command('start')
    .description('link the sample manuscripts (or yours), show a table, write BioC XML and HTML into out/')
    .argument('[file...]')
    .action(async (files: string[]) => {
      const inputs = files.length > 0 ? files : await sampleFiles()
      const written = await linkFiles({
        files: inputs,
        linker: { ...defaultLinkerOptions(), log: 'info' },
        outputs: [
          { format: 'text' },
          { format: 'bioc-xml', out: outFolder },
          { format: 'html', out: outFolder },
        ],
        minProbability: 0.5,
      })
      writeOut(`\n${written.files.map((path) => `wrote ${relative('.', path)}\n`).join('')}${nextSteps()}`)
      finish(written.status)
    })
}

/** The manuscripts in `media/sample/`; files that another one takes in by `\input` are not manuscripts of their own. */
async function sampleFiles(): Promise<string[]> {
  const names = await readdir(resources.samples)
  return names
    .filter((name) => /^manuscript[.](md|tex)$/.test(name))
    .map((name) => join(resources.samples, name))
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
