import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { answers, cut, says, serveLanguageModel, type Behaviour } from '../support/languageModelServer.ts'

const root = join(import.meta.dirname, '..', '..')

describe('--pipeline', () => {
  const folder = mkdtempSync(join(tmpdir(), 'conceptlens-pipeline-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  const file = (name: string, text: string): string => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  }
  const paper = file('paper.md', '# A study\n\nPatients with asthma took aspirin and my-term.\n')

  function run(...args: readonly string[]) {
    const env = { ...process.env, XDG_CACHE_HOME: folder, LOCALAPPDATA: folder }
    return spawnSync(process.execPath, [join(root, 'dist', 'cli.cjs'), ...args], { encoding: 'utf8', env })
  }

  /** The words of every link. */
  function links(...args: readonly string[]): string[] {
    const { status, stdout, stderr } = run('link', paper, '--format', 'jsonl', ...args)
    assert.equal(status, 0, stderr)
    return stdout
      .trim()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { mention: string }).mention)
  }

  it('takes a preset or a file, whose paths are read from its folder', () => {
    const words = links('--pipeline', 'dictionary-only')
    assert.ok(
      words.includes('asthma') && words.includes('aspirin') && !words.includes('my-term'),
      words.join(),
    )
    file('terms.csv', 'id,name\nMY:1,my-term\n')
    const own = file(
      'own.yaml',
      'extends: dictionary-only\ncandidates:\n  layers:\n    - kind: dictionary\n      path: terms.csv\n    - kind: fused\n',
    )
    assert.deepEqual(links('--pipeline', own), [...words, 'my-term'])
  })

  it('gives way to what is said beside it', () => {
    const none = file('none.yaml', 'extends: dictionary-only\nfilters:\n  minProbability: 1\n')
    assert.deepEqual(links('--pipeline', none), [])
    assert.ok(links('--pipeline', none, '--min-probability', '0.5').includes('asthma'))
  })

  it('says what is wrong, and where', () => {
    const wrong = file('wrong.yaml', 'filters:\n  generalWord: hide\nmodel: nowhere\n')
    const { status, stderr } = run('link', paper, '--pipeline', wrong)
    assert.equal(status, 1)
    assert.ok(stderr.includes(`${wrong}:2:3: Unknown key "generalWord"`), stderr)
    assert.match(stderr, /Did you mean "generalWords"\?/)
    assert.match(
      run('link', paper, '--pipeline', 'quick').stderr,
      /there is no file .*quick; allowed are default, fast/,
    )
    assert.match(
      run('link', paper, '--pipeline', 'zero-shot').stderr,
      /preset zero-shot:\d+:\d+: Types are named here, and there is no model .*--gliner DIR/,
    )
  })

  it('asks no service on another machine without permission', () => {
    const far = file(
      'far.yaml',
      'extends: dictionary-only\ncandidates:\n  layers: [{kind: remote, url: "http://terms.example.org/c"}]\n',
    )
    const { status, stderr } = run('link', paper, '--pipeline', far)
    assert.equal(status, 1)
    assert.match(stderr, /terms\.example\.org\/c is another machine, .*--candidate-host/)
  })

  it('goes on without a service that does not answer, and says so once', () => {
    const gone = file(
      'gone.yaml',
      'extends: dictionary-only\ncandidates:\n  layers: [{kind: remote, url: "http://127.0.0.1:9/c"}, {kind: fused}]\n',
    )
    const { status, stderr, stdout } = run('link', paper, '--pipeline', gone, '--format', 'jsonl')
    assert.equal(status, 0, stderr)
    assert.match(stdout, /asthma/)
    assert.equal(stderr.split('The service at http://127.0.0.1:9/c does not answer').length, 2, stderr)
  })

  it('is explained for a passage, as text and as JSON', () => {
    const args = ['explain', paper, '--pipeline', 'dictionary-only']
    const { status, stdout, stderr } = run(...args, '--line', '3')
    assert.equal(status, 0, stderr)
    assert.match(stdout, /dictionary .*asthma/)
    const trace = JSON.parse(run(...args, '--offset', '12', '--json').stdout) as {
      text: string
      stages: { kind: string; name: string; ms: number }[]
    }
    assert.equal(trace.text, 'Patients with asthma took aspirin and my-term.')
    const kinds = new Set(trace.stages.map(({ kind }) => kind))
    assert.deepEqual([...kinds].toSorted(), ['detect', 'document', 'find', 'judge', 'rank'])
    assert.ok(trace.stages.every(({ ms }) => ms >= 0))
    assert.match(run(...args).stderr, /Which passage\? Give --line N or --offset N/)
    assert.match(run(...args, '--line', '99').stderr, /has no prose at this place/)
  })

  /** Not `spawnSync`: a double that answers is in this process. */
  const runBeside = (...args: readonly string[]) =>
    new Promise<{ status: number; stdout: string; stderr: string }>((resolve) => {
      execFile(process.execPath, [join(root, 'dist', 'cli.cjs'), ...args], (error, stdout, stderr) =>
        resolve({ status: error ? Number(error.code) : 0, stdout, stderr }),
      )
    })

  it('asks a language model where the description says so, and only there when measured side by side', async () => {
    const asking = file(
      'asking.yaml',
      'extends: dictionary-only\nranking:\n  rerankers: [{kind: prior}, {kind: generative, ifBelow: 1, candidates: 2}]\n',
    )
    const without = run('link', paper, '--pipeline', asking)
    assert.equal(without.status, 2)
    assert.match(without.stderr, /asks a language model .* none is chosen\. Give --generative folder/)
    assert.ok(links('--pipeline', asking, '--generative', 'off').includes('asthma'))
    // The letter of "None of the above" stands behind at most two candidates.
    const double = await serveLanguageModel([answers({ C: 0.9, B: 0.05, A: 0.05 })])
    try {
      const model = ['--generative', 'server', '--lm-server', double.url]
      const args = ['evaluate', corpus(), '--task', 'end-to-end', '--pipeline', 'dictionary-only', '--json']
      const { status, stdout, stderr } = await runBeside(...args, '--pipeline', asking, ...model)
      assert.equal(status, 0, stderr)
      const { pipelines } = JSON.parse(stdout) as {
        pipelines: { endToEnd: { strict: { f1: number } } }[]
      }
      const [plain, asked] = pipelines.map(({ endToEnd }) => endToEnd.strict.f1)
      assert.ok((plain ?? 0) > 0.5 && asked === 0, `${plain} ${asked}`)
      assert.ok(double.seen.length > 0)
      const explained = await runBeside('explain', paper, '--line', '3', '--pipeline', asking, ...model)
      assert.match(explained.stdout, /generative +.*asthma = /)
    } finally {
      await double.close()
    }
  })

  it('has other names written and looked up, as an option says', async () => {
    const exact = file('names.yaml', 'extends: dictionary-only\ncandidates:\n  layers: [{kind: exact}]\n')
    const model: Behaviour = (response, seen) => {
      const prompt = seen.body?.messages?.[0]?.content ?? ''
      const letter = /\n([A-K])\. .*acetaminophen/i.exec(prompt)?.[1] ?? 'A'
      const names = prompt.includes('**aspirin**') ? '1. **paracetamol**\n2. Aspirin' : 'None'
      const isWriting = prompt.includes('Write 3 other names')
      return (isWriting ? says(names) : answers({ [letter]: 1 }))(response, seen)
    }
    const [double, broken] = await Promise.all([model, cut].map((one) => serveLanguageModel([one])))
    try {
      const asked = ['--pipeline', exact, '--generative', 'server', '--generative-feedback', '3']
      const all = [...asked, '--generative-below', '1', '--lm-server']
      const linked = await runBeside('link', paper, '--format', 'jsonl', ...all, double!.url)
      assert.equal(linked.status, 0, linked.stderr)
      assert.match(linked.stdout, /"mention":"aspirin"[^\n]*cetaminophen/)
      const explained = await runBeside('explain', paper, '--line', '3', ...all, double!.url)
      assert.match(explained.stdout, /aspirin = \S+ \(names written: paracetamol\)/)
      const without = await runBeside('link', paper, '--format', 'jsonl', ...all, broken!.url)
      assert.equal(without.status, 0, without.stderr)
      assert.match(without.stderr, /does not answer, so links stay as they were/)
      assert.match(without.stdout, /"mention":"aspirin"/)
      assert.equal(run('link', paper, ...all, double!.url, '--generative-feedback', '11').status, 2)
    } finally {
      await Promise.all([double?.close(), broken?.close()])
    }
  })

  const corpus = (): string =>
    file(
      'corpus.pubtator.txt',
      '1|t|Asthma in children\n1|a|Aspirin may worsen asthma.\n1\t0\t6\tAsthma\tDisease\tMESH:D001249\n1\t38\t44\tasthma\tDisease\tMESH:D001249\n\n',
    )

  it('are measured side by side', () => {
    const far = file('exact.yaml', 'extends: dictionary-only\ncandidates:\n  layers: [{kind: exact}]\n')
    const args = [
      'evaluate',
      corpus(),
      '--task',
      'end-to-end',
      '--pipeline',
      'dictionary-only',
      '--pipeline',
      far,
    ]
    const { status, stdout, stderr } = run(...args)
    assert.equal(status, 0, stderr)
    assert.match(stdout, /dictionary-only +exact\.yaml\n/)
    assert.match(stdout, /peak memory, MiB +\d+ +\d+/)
    const { pipelines } = JSON.parse(run(...args, '--json').stdout) as {
      pipelines: {
        pipeline: string
        wordsPerSecond: number
        peakMiB: number
        endToEnd: { strict: { f1: number } }
      }[]
    }
    assert.deepEqual(
      pipelines.map(({ pipeline }) => pipeline),
      ['dictionary-only', far],
    )
    for (const { wordsPerSecond, peakMiB, endToEnd } of pipelines)
      assert.ok(wordsPerSecond > 0 && peakMiB > 50 && endToEnd.strict.f1 > 0.5)
  })
})
