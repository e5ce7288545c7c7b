import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeInPlace } from '../../src/knowledge/import/writeInPlace.ts'

describe('writeInPlace', () => {
  let folder: string
  /** The id of a process that has ended. */
  let gone: number

  before(() => {
    gone = spawnSync(process.execPath, ['-e', '']).pid
  })

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'conceptlens-place-'))
  })

  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const write = (text: string) => (dir: string) => {
    mkdirSync(dir)
    writeFileSync(join(dir, 'data'), text)
  }
  const content = () => readFileSync(join(folder, 'kb', 'data'), 'utf8')

  it('removes what killed processes left for the same directory, and nothing else', async () => {
    const left = [`.kb.building-${gone}-0123abcd`, `.kb.old-${gone}-0123abcd`]
    const others = [
      `.kb.building-${process.pid}-0123abcd`, // still at work
      `.kb.building-${gone}-mine`,
      `.kb.building-0123abcd`,
      `.kb2.building-${gone}-0123abcd`,
      `kb.building-${gone}-0123abcd`,
    ]
    for (const name of [...left, ...others]) mkdirSync(join(folder, name, 'below'), { recursive: true })
    writeFileSync(join(folder, `.kb.building-${gone}-89abcdef`), 'a file, not a directory')
    await writeInPlace(join(folder, 'kb'), write('new'))
    assert.deepEqual(readdirSync(folder).sort(), [...others, `.kb.building-${gone}-89abcdef`, 'kb'].sort())
    assert.equal(content(), 'new')
  })

  it('keeps the old directory when writing fails, and an older one that a killed process moved away', async () => {
    await writeInPlace(join(folder, 'kb'), write('old'))
    const moved = join(folder, `.kb.old-${gone}-0123abcd`)
    mkdirSync(moved)
    const fail = (dir: string) => {
      write('half')(dir)
      throw new Error('cancelled')
    }
    await assert.rejects(writeInPlace(join(folder, 'kb'), fail), /cancelled/)
    assert.equal(content(), 'old')
    assert.ok(existsSync(moved))
    assert.equal(readdirSync(folder).length, 2)
  })
})
