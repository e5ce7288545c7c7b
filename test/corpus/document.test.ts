import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  createManuscriptParser,
  formatOf,
  parseManuscript,
  toProse,
  toSource,
} from '../../src/document/index.ts'
import { findFault } from '../support/listing.ts'

const data =
  process.env['CONCEPTLENS_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url))
const folder = join(data, 'manuscripts')

function manuscripts(): readonly string[] {
  assert.ok(
    existsSync(folder),
    `No manuscripts at ${folder}. Set CONCEPTLENS_DATA to the folder that holds manuscripts/.`,
  )
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => ['markdown', 'latex'].includes(formatOf(name) ?? ''))
    .sort()
}

// Markup that must not be left in prose; what authors write about markup is not in these manuscripts.
const LEFT_OVER = /\[@|\]\(http|\{#(?:fig|tbl|eq):|\\(?:cite|ref|textit|begin|label)|<!--|\{\{/

describe('the manuscripts', () => {
  it('are there', () => assert.ok(manuscripts().length >= 20))

  for (const name of existsSync(folder) ? manuscripts() : []) {
    it(`${name}: sound passages, no markup left, positions there and back`, () => {
      const text = readFileSync(join(folder, name), 'utf8')
      const { passages } = parseManuscript({ file: name, text })
      for (const passage of passages) {
        assert.equal(findFault(passage, text), undefined)
        assert.doesNotMatch(passage.text, LEFT_OVER)
        for (const word of passage.text.matchAll(/[\p{L}\d]+/gu)) {
          const span = { start: word.index, end: word.index + word[0].length }
          const source = toSource(passage, span)
          assert.deepEqual(toProse(passage, source), span)
        }
      }
    })

    it(`${name}: edits give what a fresh parse gives`, () => {
      const text = readFileSync(join(folder, name), 'utf8')
      const parser = createManuscriptParser()
      parser.parse({ file: name, text })
      for (const [share, insert] of [
        [0.5, 'x'],
        [0.2, '\n\n'],
        [0.8, '$'],
        [0.4, '`'],
        [0.6, '{'],
        [0.3, '%'],
      ] as const) {
        const at = Math.floor(text.length * share)
        const edited = text.slice(0, at) + insert + text.slice(at)
        assert.deepEqual(
          parser.parse({ file: name, text: edited }),
          parseManuscript({ file: name, text: edited }),
        )
      }
    }).timeout(60_000)
  }

  for (const extension of ['md', 'tex', 'txt']) {
    it(`five megabytes as .${extension} are read`, () => {
      const names = manuscripts().filter((n) =>
        n.endsWith(extension === 'tex' ? 'mers-structure.tex' : '04.study.md'),
      )
      const text = readFileSync(join(folder, names[0] ?? ''), 'utf8')
      const file = `a.${extension}`
      const { passages } = parseManuscript({ file, text: text.repeat(Math.ceil(5e6 / text.length)) })
      assert.ok(passages.length > 100)
    }).timeout(120_000)
  }
})
