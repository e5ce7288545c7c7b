import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')
const model = join(root, 'test', 'fixtures', 'tiny-gliner', 'bi-span')
const classifier = join(root, 'test', 'fixtures', 'tiny-token-classification', 'bert-cased-bio')

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

  it('writes those of a pipeline, as it would link them', () => {
    writeFileSync(paper, '# Cells\n\nHeart failure (HF) and *asthma*.\n\nIn HF aspirin was given.\n')
    const { status, stdout, stderr } = mentions('--pipeline', 'dictionary-only')
    assert.equal(status, 0, stderr)
    const source = readFileSync(paper, 'utf8')
    const found = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'))
    const words = found.map(([, , , text]) => text)
    for (const word of ['Heart failure', 'HF', 'asthma', 'aspirin']) assert.ok(words.includes(word), stdout)
    assert.equal(words.filter((word) => word === 'HF').length, 2, stdout)
    for (const [place = '', type, probability, text] of found) {
      const [, start, end] = /:(\d+)-(\d+)$/.exec(place) ?? []
      assert.equal(source.slice(Number(start), Number(end)), text)
      // Nobody but a model says these.
      assert.deepEqual([type, probability], ['-', '-'])
    }
    const own = join(folder, 'own.yaml')
    writeFileSync(
      own,
      `extends: dictionary-only\nmentions:\n  detectors:\n    - {kind: token-classification, model: ${classifier}}\n`,
    )
    const typed = mentions('--pipeline', own, '--format', 'jsonl')
    assert.equal(typed.status, 0, typed.stderr)
    const [first] = typed.stdout.split('\n')
    const { type, probability } = JSON.parse(first ?? '') as { type: string; probability: number }
    assert.ok(['DISO', 'CHEM', 'GENE'].includes(type) && probability > 0, first)
  })

  it('says which options cannot stand together', () => {
    const both = mentions('--pipeline', 'dictionary-only', '--token-classifier', classifier, '--nested')
    assert.equal(both.status, 2)
    assert.match(both.stderr, /so --nested, --token-classifier cannot stand beside it/)
    const alone = mentions('--token-classifier', classifier, '--no-model')
    assert.equal(alone.status, 2)
    assert.match(alone.stderr, /--no-model means something beside --pipeline alone/)
  })

  it('says what is missing', () => {
    assert.equal(mentions('--labels', 'assay').status, 2)
    const unnamed = mentions('--gliner', model)
    assert.equal(unnamed.status, 2)
    assert.match(unnamed.stderr, /Name at least one type.*--pipeline default/)
    const wrong = mentions('--gliner', model, '--labels', 'assay = 7')
    assert.match(wrong.stderr, /--labels: "assay = 7" .* from 0 to 1/)
  })
})
