import { basename, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { discardUnfinished, unfinishedImports } from '../../knowledge/index.ts'
import { writeOut, writeTable } from '../output.ts'
import { tellParent } from '../parentProcess.ts'

/** `kb unfinished [FOLDER]`: imports whose process was killed. */
export function addUnfinishedCommand(kb: Command): void {
  kb.command('unfinished')
    .description('imports that were interrupted; the same "kb import" goes on with one')
    .argument('[folder]', 'where knowledge bases lie', '.')
    .option('--discard <name...>', 'remove what the imports of these knowledge bases left')
    .option('--json', 'as JSON lines')
    .action((folder: string, options: UnfinishedOptions) => unfinished(folder, options))
}

interface UnfinishedOptions {
  readonly discard?: readonly string[]
  readonly json?: true
}

async function unfinished(folder: string, { discard, json }: UnfinishedOptions): Promise<void> {
  for (const name of discard ?? []) await discardUnfinished(join(resolve(folder), basename(name)))
  const found = await unfinishedImports(resolve(folder))
  tellParent({ kind: 'done', result: found })
  if (json) found.forEach((one) => writeOut(`${JSON.stringify(one)}\n`))
  else if (found.length > 0)
    writeTable(
      ['knowledge base', 'how far it came'],
      found.map(({ out, howFar }) => [out, howFar]),
    )
}
