import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { ConceptLensError } from '../../src/core/index.ts'
import {
  discardUnfinished,
  importKnowledgeBase,
  openKnowledgeBase,
  unfinishedImports,
  type ImportOptions,
  type ImportResult,
} from '../../src/knowledge/index.ts'
import { seeded } from '../support/release/recombine.ts'

const root = join(import.meta.dirname, '..', '..')
const UMLS = join(root, 'test', 'fixtures', 'rrf', 'umls')

/** A table of made-up diseases, some of which are what MeSH and the release call asthma and headache. */
function labTable(nConcepts: number): string {
  const rows = Array.from({ length: nConcepts }, (_, i) => {
    const equal = i === 7 ? 'MESH:D001249' : i === 9 ? 'X:9|Y:9' : ''
    return `LAB:${i},sprained toe ${i} of kind ${i % 97},T047,${equal}\nLAB:${i},toe ${i} ïll,T047,`
  })
  return `id,name,type,alt_ids\n,nameless,,\n${rows.join('\n')}\n`
}

const SSSOM = [
  'subject_id\tpredicate_id\tobject_id',
  'LAB:3\tskos:exactMatch\tEXTRA:3',
  'LAB:4\tskos:exactMatch\tNEW:4',
  'UMLS:C0004096\tskos:exactMatch\tUMLS:C0018681',
  '',
].join('\n')

interface Outcome {
  readonly files: Readonly<Record<string, string>>
  readonly result: Omit<ImportResult, 'built'>
}

describe('An import that was killed', function () {
  this.timeout(300_000)
  let dir: string
  let out: string
  let importer: string
  let sources: readonly string[]
  let whole: Outcome
  let nReports: number

  const file = (name: string, content: string): string => {
    writeFileSync(join(dir, name), content)
    return join(dir, name)
  }

  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'kb-resume-'))
    sources = [
      file('lab.csv', labTable(500)),
      UMLS,
      file('extra.tsv', 'id\tname\tdefinition\nEXTRA:3\tsore toe\tA toe that hurts.\nLAB:5\tblue toe\t\n'),
      file('lab.sssom.tsv', SSSOM),
    ]
    out = join(dir, 'kb')
    importer = join(dir, 'importer.cjs')
    const entry = join(root, 'test', 'support', 'importer.ts')
    await build({ entryPoints: [entry], outfile: importer, bundle: true, platform: 'node', format: 'cjs' })
    nReports = await inProcess({ killAt: 0 })
    rmSync(out, { recursive: true })
    whole = (await finished()).outcome
    rmSync(out, { recursive: true })
  })

  after(() => rmSync(dir, { recursive: true, force: true }))
  afterEach(() => {
    for (const name of readdirSync(dir))
      if (name === 'kb' || name.startsWith('.')) rmSync(join(dir, name), { recursive: true })
  })

  /** Runs the import in a child process; how many reports it made, or -1 when it was killed. */
  function inProcess(options: { killAt: number; sources?: readonly string[] }): Promise<number> {
    const args = [importer, JSON.stringify({ sources, out, ...options })]
    return new Promise((resolve, reject) => {
      execFile(process.execPath, args, (error, stdout, stderr) => {
        if (!error) resolve(Number(stdout))
        else if (error.signal === 'SIGKILL') resolve(-1)
        else reject(new Error(stderr))
      })
    })
  }

  async function finished(
    options: Partial<ImportOptions> = {},
  ): Promise<{ said: string[]; outcome: Outcome }> {
    const said: string[] = []
    const onInterrupted = (words: string): void => void said.push(words)
    const { built, ...result } = await importKnowledgeBase({ sources, out, onInterrupted, ...options })
    assert.ok(built)
    const names = readdirSync(out).sort()
    const files = Object.fromEntries(names.map((name) => [name, readFileSync(join(out, name), 'base64')]))
    assert.deepEqual(hidden(), [])
    return { said, outcome: { files, result } }
  }

  const hidden = (): string[] => readdirSync(dir).filter((name) => name.startsWith('.'))

  it('goes on where it was and makes the same bytes, wherever it is killed', async () => {
    const random = seeded(20_261)
    const heard = new Set<string>()
    for (let round = 0; round < 6; round += 1) {
      const stretch = nReports / 6
      const killAt = 1 + Math.floor(round * stretch + random() * stretch)
      assert.equal(await inProcess({ killAt }), -1, `killed at report ${killAt} of ${nReports}`)
      // Once more on the way, every other time.
      if (round % 2 === 1) await inProcess({ killAt: 1 + Math.floor(random() * 8) })
      assert.equal(existsSync(out), false, 'nothing half-made is there to be opened')
      assert.equal(hidden().length, 1, 'one leftover, however often it was killed')
      const { said, outcome } = await finished()
      assert.deepEqual(outcome, whole, `killed at report ${killAt}: ${said.join()}`)
      for (const words of said) heard.add(words.replace(/\d/g, '#'))
      rmSync(out, { recursive: true })
    }
    assert.ok(
      [...heard].some((words) => /# of # sources/.test(words)),
      [...heard].join('; '),
    )
    assert.ok(
      [...heard].some((words) => /concepts were written/.test(words)),
      [...heard].join('; '),
    )
  })

  const late = (): number => nReports - 2

  it('starts over, and says why, when a source changed, or another selection is asked for', async () => {
    const before = readFileSync(sources[2]!)
    assert.equal(await inProcess({ killAt: late() }), -1)
    writeFileSync(sources[2]!, String(before).replace('sore', 'aching'))
    try {
      const { said, outcome } = await finished()
      assert.match(said.join(), /start(s|ed) over.*extra\.tsv/)
      assert.notDeepEqual(outcome.files, whole.files)
    } finally {
      writeFileSync(sources[2]!, before)
    }
    rmSync(out, { recursive: true })
    assert.equal(await inProcess({ killAt: late() }), -1)
    const { said } = await finished({ selection: { languages: ['SPA'] } })
    assert.match(said.join(), /start(s|ed) over.*choice/)
  })

  it('starts over after an update of the program, and with what was damaged', async () => {
    const damages: readonly ((checkpoint: string, left: string) => void)[] = [
      (checkpoint) => {
        const content = JSON.parse(readFileSync(checkpoint, 'utf8')) as { key: { program: string } }
        content.key.program = '0.0.1'
        writeFileSync(checkpoint, JSON.stringify(content))
      },
      (checkpoint) => writeFileSync(checkpoint, '{"key": '),
      (_, left) => writeFileSync(join(left, 'names.bin'), ''),
    ]
    for (const damage of damages) {
      assert.equal(await inProcess({ killAt: late() }), -1)
      const left = join(dir, hidden()[0]!)
      damage(join(left, 'checkpoint.json'), left)
      const { said, outcome } = await finished()
      assert.match(said.join(), /start(s|ed) over/)
      assert.deepEqual(outcome, whole)
      rmSync(out, { recursive: true })
    }
  })

  it('leaves the old knowledge base in service, also when it was killed between the two renames', async () => {
    const table = join(dir, 'lab.csv')
    await importKnowledgeBase({ sources: [table], out })
    assert.equal(await inProcess({ killAt: late() }), -1)
    const knowledgeBase = openKnowledgeBase(out)
    assert.equal(knowledgeBase.info.nConcepts, 500)
    knowledgeBase.close()
    // As a process that was killed between them left it, and the next import then fails.
    renameSync(out, join(dir, hidden()[0]!.replace('building', 'old')))
    const none = join(dir, 'none.csv')
    writeFileSync(none, 'id,name\n')
    await assert.rejects(importKnowledgeBase({ sources: [none], out }), ConceptLensError)
    assert.ok(existsSync(join(out, 'manifest.json')))
  })

  it('is listed as unfinished until it is discarded', async () => {
    assert.deepEqual(await unfinishedImports(dir), [])
    assert.equal(await inProcess({ killAt: late() }), -1)
    assert.deepEqual(await unfinishedImports(dir), [{ out, howFar: 'the concepts were written' }])
    await discardUnfinished(join(dir, 'other'))
    assert.equal(hidden().length, 1)
    await discardUnfinished(out)
    assert.deepEqual([await unfinishedImports(dir), hidden()], [[], []])
  })

  it('is not gone on with when its process still runs', async () => {
    assert.equal(await inProcess({ killAt: late() }), -1)
    const left = hidden()[0]!
    const running = left.replace(/building-\d+/, `building-${process.ppid}`)
    renameSync(join(dir, left), join(dir, running))
    await importKnowledgeBase({ sources, out })
    assert.deepEqual(hidden(), [running])
  })
})
