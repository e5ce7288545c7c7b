import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')
const model = join(root, 'test', 'fixtures', 'tiny-gliner', 'bi-span')

describe('mentions', () => {
  const folder = mkdtempSync(join(tmpdir(), 'conceptlens-mentions-'))
  const paper = join(folder, 'paper.md')
  after(() => rmSync(folder, { recursive: true, force: true }))

  function mentions(...args: string[]) {
    const env = { ...process.env, XDG_CACHE_HOME: folder, LOCALAPPDATA: folder }
    return spawnSync(process.execPath, [join(root, 'dist', 'cli.cjs'), 'mentions', paper, ...args], {
      encoding: 'utf8',
      env,
    })
  }

  before(() => writeFileSync(paper, '# Cells\n\n*HeLa* cells were cultured in RPMI-1640.\n'))

  it('writes a line of JSON for each, at its place in the file', () => {
    const labels = ['--labels', 'assay, cell line = 0.2', '--label-threshold', '0.9']
    const { status, stdout, stderr } = mentions('--gliner', model, ...labels, '--format', 'jsonl')
    assert.equal(status, 0, stderr)
    const found = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { start: number; end: number; text: string; type: string })
    const source = readFileSync(paper, 'utf8')
    assert.ok(found.length > 0)
    for (const { start, end, text } of found) assert.equal(source.slice(start, end).replaceAll('*', ''), text)
    assert.ok(found.every(({ type }) => ['assay', 'cell line'].includes(type)))
  })

  it('says what is missing', () => {
    assert.equal(mentions('--labels', 'assay').status, 2)
    const unnamed = mentions('--gliner', model)
    assert.equal(unnamed.status, 2)
    assert.match(unnamed.stderr, /Name at least one type/)
    const wrong = mentions('--gliner', model, '--labels', 'assay = 7')
    assert.match(wrong.stderr, /--labels: "assay = 7" .* from 0 to 1/)
  })
})
