import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { Command, type Option } from 'commander'
import { addLinkCommand } from '../../src/cli/commands/link.ts'
import { entries, type Setting } from '../../src/protocol/index.ts'

const PAGE = new URL('../../media/manual/command-line.md', import.meta.url)

function linkOptions(): readonly Option[] {
  const program = new Command()
  addLinkCommand(program, () => undefined)
  return program.commands[0]?.options ?? []
}

const flagged = entries().filter(([, setting]) => setting.flag !== undefined)

function optionOf(setting: Setting): Option {
  const option = linkOptions().find(({ flags }) => flags === setting.flag)
  assert.ok(option, `link has no option ${String(setting.flag)}`)
  return option
}

/** The rows of the manual's table of `link` that have a flag in their first column. */
function rowsOf(flag: string): readonly string[] {
  const page = readFileSync(PAGE, 'utf8')
  const section = page.slice(page.indexOf('\n## link\n'), page.indexOf('\n## kb\n'))
  return section.split('\n').filter((line) => line.split('|')[1]?.includes(`\`${flag}\``))
}

describe('options of the command line', () => {
  for (const [key, setting] of flagged) {
    it(`${String(setting.flag)} takes what ${key} takes`, () => {
      const option = optionOf(setting)
      assert.deepEqual(
        option.argChoices,
        setting.type === 'choice' ? Object.keys(setting.choices) : undefined,
      )
      if (setting.type !== 'text') assert.equal(option.defaultValue, setting.default)
      if (setting.type !== 'number' && setting.type !== 'integer') return
      const parse = (value: number) => option.parseArg?.(String(value), undefined)
      assert.equal(parse(setting.minimum), setting.minimum)
      assert.equal(parse(setting.maximum), setting.maximum)
      assert.throws(() => parse(setting.minimum - 1), /allowed is a (whole )?number from/)
      assert.throws(() => parse(setting.maximum + 1), /allowed is a (whole )?number from/)
      assert.throws(() => option.parseArg?.(' ', undefined), /Found/)
    })
  }

  it('keep the names that scripts rely on', () => {
    const names = linkOptions().map(({ long }) => long)
    const contract = ['--kb', '--model', '--provider', '--packing', '--format', '--out', '--mentions']
    assert.deepEqual(
      contract.filter((name) => !names.includes(name)),
      [],
    )
  })

  it('stand in the manual, each with its values and its default', () => {
    for (const { long, argChoices, defaultValue } of linkOptions()) {
      const [row] = rowsOf(long ?? '')
      assert.ok(row, `media/manual/command-line.md has no row for ${String(long)}`)
      for (const choice of argChoices ?? [])
        assert.ok(row.includes(`\`${choice}\``), `${row} lacks ${choice}`)
      const isPath = long === '--kb' || long === '--model' || long === '--no-model'
      if (!isPath && defaultValue !== undefined) {
        const stated = row.split('|')[3]?.trim()
        assert.equal(stated?.replaceAll('`', ''), String(defaultValue), `${row} states another default`)
      }
    }
  })
})
