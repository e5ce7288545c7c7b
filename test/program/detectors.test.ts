import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serveLanguageModel } from '../support/languageModelServer.ts'

const root = join(import.meta.dirname, '..', '..')
const model = join(root, 'test', 'fixtures', 'tiny-token-classification', 'bert-cased-bio')
const CORPUS = `1|t|Lithium and bronchial asthma
1|a|A nephropathy of lithium.
1\t0\t7\tLithium\tChemical\tD008094
1\t22\t28\tasthma\tDisease\tD001249
1\t31\t42\tnephropathy\tDisease\tD001249
`

interface Report {
  readonly detectors: readonly {
    readonly detector: string
    readonly detection: Readonly<Record<'strict' | 'relaxed', { readonly f1: number }>>
    readonly passageMs: { readonly mean: number }
    readonly counts?: Readonly<Record<string, number>>
  }[]
}

describe('detectors of the command line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'conceptlens-detectors-'))
  const [paper, corpus] = [join(folder, 'paper.md'), join(folder, 'corpus.txt')]
  before(() => {
    writeFileSync(paper, '# Cells\n\n*HeLa* cells were cultured in RPMI-1640 with insulin.\n')
    writeFileSync(corpus, CORPUS)
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  /** Not `spawnSync`: the double answers in this process. */
  async function conceptlens(
    ...args: string[]
  ): Promise<{ status: number | null; stdout: string; stderr: string }> {
    const child = spawn(process.execPath, [join(root, 'dist', 'cli.cjs'), ...args])
    const said = { stdout: '', stderr: '' }
    child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()))
    const status = await new Promise<number | null>((resolve) => child.on('close', resolve))
    return { status, ...said }
  }

  it('runs the token-classification model of a pipeline, and says what it cannot take of it', async () => {
    const pipeline = join(folder, 'own.yaml')
    const write = (types: string) =>
      writeFileSync(
        pipeline,
        `extends: dictionary-only\nmentions:\n  detectors:\n    - kind: token-classification\n      model: ${model}\n      types: [${types}]\n`,
      )
    write('')
    const { status, stdout, stderr } = await conceptlens(
      ...['explain', paper, '--line', '3', '--json', '--pipeline', pipeline],
    )
    assert.equal(status, 0, stderr)
    const { stages } = JSON.parse(stdout) as { stages: { name: string; output: { text?: string }[] }[] }
    const own = stages.find(({ name }) => name === 'token-classification')
    assert.ok(own && own.output.length > 0, stdout)
    write('Cancer = DISO')
    const wrong = await conceptlens('link', paper, '--pipeline', pipeline)
    assert.equal(wrong.status, 2, wrong.stderr)
    assert.match(wrong.stderr, /"types" of the pipeline: "Cancer" is no type of the model; it has /)
  })

  it('finds the mentions of a token-classification model, at their places in the file', async () => {
    const { status, stdout, stderr } = await conceptlens(
      'mentions',
      paper,
      '--token-classifier',
      model,
      '--format',
      'jsonl',
    )
    assert.equal(status, 0, stderr)
    const found = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { start: number; end: number; text: string; type: string })
    const source = readFileSync(paper, 'utf8')
    assert.ok(found.length > 0)
    for (const { start, end, text } of found) assert.equal(source.slice(start, end).replaceAll('*', ''), text)
    assert.ok(found.every(({ type }) => ['Disease', 'Chemical', 'Gene'].includes(type)))
  })

  it('measures detectors side by side, a language model among them', async () => {
    const answers = [
      '[{"text":"Lithium","type":"Chemical"},{"text":"bronchial asthma","type":"Disease"},{"text":"gold","type":"Chemical"}]',
      'Here: [{"text":"nephropathy","type":"Disease"},{"text":"lithium","type":"Chem',
    ]
    let asked = 0
    const server = await serveLanguageModel([
      (response, { body }) => {
        const about = body?.messages?.at(-1)?.content ?? ''
        asked++
        const content = about.includes('bronchial') ? answers[0] : answers[1]
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify({ choices: [{ message: { content }, finish_reason: 'stop' }] }))
      },
    ])
    try {
      const models = ['--token-classifier', model, '--lm-server', server.url]
      const alone = ['--alone', 'dictionary', 'token-classification', 'language-model']
      const args = ['evaluate', corpus, '--task', 'detection', ...alone, ...models, '--json']
      const { status, stdout, stderr } = await conceptlens(...args)
      assert.equal(status, 0, stderr)
      const { detectors } = JSON.parse(stdout) as Report
      assert.deepEqual(detectors.map(({ detector }) => detector), alone.slice(1)) // prettier-ignore
      // Names have the group of their concept: lithium, asthma and nephropathy are in the starter knowledge base.
      assert.ok((detectors[0]?.detection.strict.f1 ?? 0) > 0)
      const prompted = detectors.at(-1)
      // Found: Lithium, bronchial asthma (overlaps), nephropathy; what broke off is lost or has no type that was asked for.
      assert.equal(prompted?.detection.strict.f1, 2 / 3)
      assert.equal(prompted.detection.relaxed.f1, 1)
      assert.ok(prompted.passageMs.mean > 0)
      const { nAnswers, nRepaired, nInvented, nListed } = prompted.counts ?? {}
      assert.deepEqual([nAnswers, nRepaired, nInvented], [2, 1, 1])
      assert.ok((nListed ?? 0) >= 4)
      // The first passage is read once before the clock runs.
      assert.equal(asked, 3)
    } finally {
      await server.close()
    }
  })

  it('asks a language model in a folder, too', async () => {
    const languageModel = join(root, 'test', 'fixtures', 'tiny-generative', 'qwen2')
    const args = ['evaluate', corpus, '--task', 'detection', '--alone', 'language-model', '--json']
    const { status, stdout, stderr } = await conceptlens(...args, '--generative-folder', languageModel)
    assert.equal(status, 0, stderr)
    const { detectors } = JSON.parse(stdout) as Report
    const { nAnswers, nUnreadable, nListed } = detectors[0]?.counts ?? {}
    // A random model writes no list.
    assert.deepEqual([nAnswers, nUnreadable, nListed], [2, 2, 0])
    assert.equal(detectors[0]?.detection.strict.f1, 0)
    const both = await conceptlens(
      ...args,
      '--generative-folder',
      languageModel,
      '--lm-server',
      'http://127.0.0.1:9/v1',
    )
    assert.equal(both.status, 2)
    assert.match(both.stderr, /Two language models are named.*--generative folder or --generative server/)
  })

  it('says what is missing', async () => {
    const task = ['evaluate', corpus, '--task']
    const [wrongTask, noModel, noServer, wrongGroup] = await Promise.all([
      conceptlens(...task, 'end-to-end', '--alone', 'dictionary'),
      conceptlens(...task, 'detection', '--alone', 'token-classification'),
      conceptlens(...task, 'detection', '--alone', 'language-model'),
      conceptlens('mentions', paper, '--token-classifier', model, '--type-groups', 'Disease=ILL'),
    ])
    assert.match(wrongTask.stderr, /it goes with --task detection/)
    assert.match(noModel.stderr, /--token-classifier DIR/)
    assert.match(noServer.stderr, /--generative-folder DIR.*--lm-server/)
    assert.match(wrongGroup.stderr, /--type-groups: "Disease=ILL" is no type with a semantic group/)
    for (const { status } of [wrongTask, noModel, noServer, wrongGroup]) assert.equal(status, 2)
  })
})
