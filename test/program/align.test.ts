import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readWorkbook, writeWorkbook } from '../../src/alignment/index.ts'
import type { AlignmentReview, TableOverview } from '../../src/protocol/index.ts'
import { conceptMapProblems } from '../alignment/conceptMapStructure.ts'

const root = join(import.meta.dirname, '..', '..')
const cli = join(root, 'dist', 'cli.cjs')

function conceptlens(args: readonly string[]) {
  return spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 })
}

const names = `id,name,kind,type
LAB:1,asthma,preferred,T047
LAB:1,bronchial asthma,synonym,T047
LAB:2,metformin,preferred,T121
LAB:3,heart attack,preferred,T047
`
const table = `patient,complaint,form
1,Asthma,A
2,heart attacks,A
3,,B
4,Asthma,B
5,lost keys,B
`

describe('conceptlens align', () => {
  let folder: string
  let base: string[]

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'conceptlens-align-'))
    writeFileSync(join(folder, 'names.csv'), names)
    const imported = conceptlens(['kb', 'import', join(folder, 'names.csv'), '--out', join(folder, 'kb')])
    assert.equal(imported.status, 0, imported.stderr)
    writeFileSync(join(folder, 'table.csv'), table)
    base = [
      'align',
      join(folder, 'table.csv'),
      '--kb',
      join(folder, 'kb'),
      '--column',
      'complaint',
      '--no-model',
    ]
  })

  after(() => rmSync(folder, { recursive: true, force: true }))

  it('writes the same table with the answers', () => {
    const { status, stdout, stderr } = conceptlens(base)
    assert.equal(status, 0, stderr)
    const rows = stdout
      .trim()
      .split('\r\n')
      .map((line) => line.split(','))
    assert.deepEqual(rows[0]?.slice(0, 5), ['patient', 'complaint', 'form', 'concept_id', 'concept_name'])
    assert.deepEqual(
      rows.slice(1).map((row) => [row[0], row[3], row[10]]),
      [
        ['1', 'LAB:1', 'accepted'],
        ['2', 'LAB:3', rows[2]?.[10]],
        ['3', '', ''],
        ['4', 'LAB:1', 'accepted'],
        ['5', '', 'none'],
      ],
    )
    assert.match(stderr, /^3 terms: \d accepted, \d to review, 1 without a concept$/m)
  })

  it('reads and writes workbooks, SSSOM and FHIR', async () => {
    const workbook = join(folder, 'in.xlsx')
    writeFileSync(workbook, await writeWorkbook({ titles: ['complaint', 'n'], rows: [['asthma', 4]] }))
    const written = join(folder, 'out.xlsx')
    const run = conceptlens(['align', workbook, ...base.slice(2), '--out', written])
    assert.equal(run.status, 0, run.stderr)
    const { titles, rows } = await readWorkbook(readFileSync(written))
    assert.deepEqual([titles[2], rows[0]?.slice(0, 3)], ['concept_id', ['asthma', 4, 'LAB:1']])
    const map = join(folder, 'map.json')
    assert.equal(conceptlens([...base, '--out', map]).status, 0)
    assert.deepEqual(conceptMapProblems(JSON.parse(readFileSync(map, 'utf8'))), [])
    const { stdout } = conceptlens([...base, '--format', 'sssom'])
    assert.match(stdout, /^\tAsthma\trdfs literal\tskos:exactMatch\tLAB:1\tasthma\t/m)
  })

  it('holds to the decisions beside the table, and to mappings made by people', () => {
    mkdirSync(join(folder, '.conceptlens'), { recursive: true })
    const decisions = join(folder, '.conceptlens', 'alignment.jsonl')
    writeFileSync(
      decisions,
      '{"term":"lost keys","concept":{"id":"LAB:2","name":"metformin"},"created":"2026-01-01T00:00:00.000Z"}\nno JSON\n',
    )
    const { stdout, stderr } = conceptlens([...base, '--format', 'tsv'])
    assert.match(stdout, /^5\tlost keys\tB\tLAB:2\tmetformin\t.*\taccepted\tperson$/m)
    assert.match(stderr, /Line 2 is no decision on a term/)
    const mappings = join(folder, 'made.sssom.tsv')
    assert.equal(conceptlens([...base, '--out', mappings]).status, 0)
    rmSync(decisions)
    const again = conceptlens([...base, '--format', 'tsv', '--decisions', mappings])
    assert.match(again.stdout, /^5\tlost keys\tB\tLAB:2\tmetformin\t.*\taccepted\tperson$/m)
  })

  it('keeps what it found, for a review and for what is exported after it', () => {
    const keep = join(folder, 'kept.jsonl')
    const out = join(folder, 'table.review.json')
    const first = conceptlens([...base, '--keep', keep, '--out', out])
    assert.equal(first.status, 0, first.stderr)
    const review = JSON.parse(readFileSync(out, 'utf8')) as AlignmentReview
    assert.deepEqual(
      review.terms.map(({ text, nRows, decision }) => [text, nRows, decision]),
      [
        ['Asthma', 2, 'accepted'],
        ['heart attacks', 1, review.terms[1]?.decision],
        ['lost keys', 1, 'none'],
      ],
    )
    const [asthma] = review.terms[0]?.candidates ?? []
    assert.deepEqual([asthma?.id, asthma?.types], ['LAB:1', ['Disease or Syndrome']])
    const again = conceptlens([...base, '--keep', keep, '--format', 'tsv'])
    assert.match(again.stderr, /^3 terms; 3 of them by an earlier run: /m)
    assert.match(again.stdout, /^1\tAsthma\tA\tLAB:1\t/m)
    assert.ok(existsSync(keep))
  })

  it('lists the columns of a table', () => {
    const { stdout } = conceptlens(['align', join(folder, 'table.csv'), '--list-columns'])
    const { nRows, columns, groups } = JSON.parse(stdout) as TableOverview
    assert.equal(nRows, 5)
    assert.deepEqual(columns[1], { title: 'complaint', examples: ['Asthma', 'heart attacks', 'lost keys'] })
    assert.ok(groups.some(([code]) => code === 'DISO'))
  })

  it('measures against known ids', () => {
    writeFileSync(
      join(folder, 'gold.tsv'),
      'term\tid\nasthma bronchial\tLAB:1\nheart attack\tLAB:3\nkeys\t\n',
    )
    const details = join(folder, 'details.jsonl')
    const args = ['--column', 'term', '--gold', 'id', '--json', '--details', details]
    const run = conceptlens([
      'align',
      join(folder, 'gold.tsv'),
      '--kb',
      join(folder, 'kb'),
      '--no-model',
      ...args,
    ])
    assert.equal(run.status, 0, run.stderr)
    const report = JSON.parse(run.stdout) as { n: number; nInKb: number; weighed: { accuracyAt1: number } }
    assert.deepEqual([report.n, report.nInKb, report.weighed.accuracyAt1], [3, 2, 1])
    assert.equal(readFileSync(details, 'utf8').trim().split('\n').length, 3)
  })

  it('says what is wrong and what is allowed', () => {
    const failures: [string[], number, RegExp][] = [
      [
        [...base.slice(0, 5), 'diagnosis', '--no-model'],
        1,
        /no column "diagnosis".*"patient", "complaint", "form"/,
      ],
      [[...base, '--only-types', 'illness'], 2, /"illness" is neither a semantic group/],
      [[...base, '--out', join(folder, 'x.docx')], 2, /x.docx means no format.*[.]csv/],
      [[...base, '--format', 'xlsx'], 2, /cannot be written to stdout/],
      [[...base, '--review-from', '0.9'], 2, /more than --accept-from/],
      [['align', join(folder, 'table.csv')], 2, /Say with --column .*"patient", "complaint", "form"/],
      [['align', join(folder, 'none.csv'), ...base.slice(2)], 1, /none.csv cannot be read/],
    ]
    for (const [args, status, message] of failures) {
      const run = conceptlens(args)
      assert.equal(run.status, status, run.stderr)
      assert.match(run.stderr, message)
    }
  })

  it('goes on after it was killed, and writes the same bytes', async function () {
    this.timeout(300_000)
    const many = Array.from({ length: 600 }, (_, i) => `${i},asthma attack of kind ${i}\n`).join('')
    const input = join(folder, 'many.csv')
    writeFileSync(input, `n,complaint\n${many}`)
    const args = ['align', input, ...base.slice(2), '--kb', join(root, 'dist', 'starter-kb')]
    const whole = join(folder, 'whole.csv')
    assert.equal(conceptlens([...args, '--out', whole]).status, 0)
    const cut = join(folder, 'cut.csv')
    const journal = `${cut}.unfinished.jsonl`
    const child = spawn(process.execPath, [cli, ...args, '--out', cut], { stdio: 'ignore' })
    while (!existsSync(journal) || statSync(journal).size < 20_000) await sleep(5)
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('close', resolve))
    assert.ok(!existsSync(cut), 'it was killed before it was done')
    const rest = conceptlens([...args, '--out', cut])
    assert.match(rest.stderr, /^600 terms; \d+ of them by an earlier run: /m)
    assert.deepEqual(readFileSync(cut), readFileSync(whole))
    assert.ok(!existsSync(journal))
  })
})
