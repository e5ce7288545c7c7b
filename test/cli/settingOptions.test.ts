import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { Command, type Option } from 'commander'
import { addAlignCommand } from '../../src/cli/commands/align.ts'
import { addLanguageModelCommand } from '../../src/cli/commands/languageModel.ts'
import { addLinkCommand } from '../../src/cli/commands/link.ts'
import { entries, type Setting } from '../../src/protocol/index.ts'

const PAGE = new URL('../../media/manual/command-line.md', import.meta.url)

/** The commands whose options are settings, by the name of their section in the manual. */
function commandOptions(): ReadonlyMap<string, readonly Option[]> {
  const program = new Command()
  addLinkCommand(program, () => undefined)
  addAlignCommand(program)
  addLanguageModelCommand(program)
  return new Map(program.commands.map((command) => [command.name(), command.options]))
}

const flagged = entries().filter(([, setting]) => setting.flag !== undefined)

/** The commands that have the option of a setting; at least one does. */
function optionsOf(setting: Setting): readonly (readonly [command: string, option: Option])[] {
  const found = [...commandOptions()].flatMap(([command, options]) => {
    const option = options.find(({ flags }) => flags === setting.flag)
    return option ? [[command, option] as const] : []
  })
  assert.ok(found.length > 0, `no command has an option ${String(setting.flag)}`)
  return found
}

/** The rows of the manual's table of a command that have a flag in their first column. */
function rowsOf(command: string, flag: string): readonly string[] {
  const page = readFileSync(PAGE, 'utf8')
  const start = page.indexOf(`\n## ${command}\n`)
  const section = page.slice(start, page.indexOf('\n## ', start + 1))
  return section.split('\n').filter((line) => line.split('|')[1]?.includes(`\`${flag}\``))
}

function checkOption(option: Option, setting: Setting): void {
  assert.deepEqual(option.argChoices, setting.type === 'choice' ? Object.keys(setting.choices) : undefined)
  if (setting.type !== 'text') assert.equal(option.defaultValue, setting.default)
  if (setting.type !== 'number' && setting.type !== 'integer') return
  const parse = (value: number) => option.parseArg?.(String(value), undefined)
  assert.equal(parse(setting.minimum), setting.minimum)
  assert.equal(parse(setting.maximum), setting.maximum)
  assert.throws(() => parse(setting.minimum - 1), /allowed is a (whole )?number from/)
  assert.throws(() => parse(setting.maximum + 1), /allowed is a (whole )?number from/)
  assert.throws(() => option.parseArg?.(' ', undefined), /Found/)
}

describe('options of the command line', () => {
  for (const [key, setting] of flagged) {
    it(`${String(setting.flag)} takes what ${key} takes`, () => {
      for (const [, option] of optionsOf(setting)) checkOption(option, setting)
    })
  }

  it('keep the names that scripts rely on', () => {
    const names =
      commandOptions()
        .get('link')
        ?.map(({ long }) => long) ?? []
    const contract = ['--kb', '--model', '--provider', '--packing', '--format', '--out', '--mentions']
    assert.deepEqual(
      contract.filter((name) => !names.includes(name)),
      [],
    )
  })

  it('stand in the manual, each with its values and its default', () => {
    const options = [...commandOptions()].flatMap(([command, some]) =>
      some.map((option) => ({ command, option })),
    )
    for (const { command, option } of options) {
      const { long, argChoices } = option
      const defaultValue = option.defaultValue as string | number | boolean | string[] | undefined
      const [row] = rowsOf(command, long ?? '')
      assert.ok(row, `media/manual/command-line.md has no row for ${String(long)} of ${command}`)
      for (const choice of argChoices ?? [])
        assert.ok(row.includes(`\`${choice}\``), `${row} lacks ${choice}`)
      const isPath = ['--kb', '--model', '--no-model', '--pipeline'].includes(long ?? '')
      const isList = Array.isArray(defaultValue)
      if (!isPath && !isList && defaultValue !== undefined) {
        const stated = row.split('|')[3]?.trim()
        assert.equal(stated?.replaceAll('`', ''), String(defaultValue), `${row} states another default`)
      }
    }
  })
})
