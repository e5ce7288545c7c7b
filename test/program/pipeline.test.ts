import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

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

  it('are measured side by side', () => {
    const corpus = file(
      'corpus.pubtator.txt',
      '1|t|Asthma in children\n1|a|Aspirin may worsen asthma.\n1\t0\t6\tAsthma\tDisease\tMESH:D001249\n1\t38\t44\tasthma\tDisease\tMESH:D001249\n\n',
    )
    const far = file('exact.yaml', 'extends: dictionary-only\ncandidates:\n  layers: [{kind: exact}]\n')
    const args = [
      'evaluate',
      corpus,
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
